"""What staff put right about a visit without changing its time: the address and the phone number
that it was booked with."""

from appointments.booking.rules import in_one_transaction
from appointments.booking.visits import CONFIRM_WITHIN
from appointments.emails import visit_emails, visit_outbox
from appointments.models import Appointment, FormerKey, Patient, Status
from appointments.models.keys import new_key
from core.database import database_time
from core.people import email_addresses
from core.sms import outbox as texts


@in_one_transaction
def correct_address(patient: Patient, *, was: str, by: str) -> int:
    """Give all visits that were booked with the wrong address, `was`, the patient's right one.

    Return how many of them the right address was told about. What still waits to be sent to the
    wrong one is dropped.
    """
    theirs = Appointment.objects.filter(patient=patient)
    visits = (
        (theirs.of_address(was) if was else theirs.filter(email=""))
        .select_related("provider", "service", "patient")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return sum(readdress(visit, patient.email, by=by) for visit in visits)


@in_one_transaction
def correct_phone(patient: Patient, *, was: str) -> list[Appointment]:
    """Give the visits that are on or to come, and had the old number `was`, the patient's new one.

    Return them. A number that was typed for one visit alone stays there.
    """
    live = Appointment.objects.filter(
        patient=patient, status__in=Appointment.LIVE, ends_at__gt=database_time.now()
    )
    visits = list(live.filter(phone=was).order_by("pk").select_for_update())
    Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).update(phone=patient.phone)
    texts.drop_all([visit_outbox.about(visit) for visit in visits])  # they go to the old one
    return visits


@in_one_transaction
def readdress(visit: Appointment, email: str, *, by: str) -> bool:
    """Give the visit this address, and a new key: no link that was mailed or handed out opens it.

    What somebody proved who used such a link is the old address. Return whether the new one is
    told: of what is ahead. Another spelling of the same address changes no key and tells nobody.
    """
    was = visit.email
    if email_addresses.normalized(was) == email_addresses.normalized(email):
        Appointment.objects.filter(pk=visit.pk).update(email=email, changed_by=by)
        return False
    now = database_time.now()
    FormerKey.objects.create(key_hash=FormerKey.hashed(visit.key))
    visit.email, visit.key, visit.visitor, visit.changed_by = email, new_key(), "", by
    if not email and visit.contact == Appointment.Contact.EMAIL:
        visit.contact = Appointment.Contact.CALL
    # The old calendar is told one change, the new one the next: whoever has both keeps the visit.
    visit.sequence += 2
    if visit.waits_for_the_patient:
        visit.held_until = now + CONFIRM_WITHIN
    changed = ["email", "key", "visitor", "changed_by", "sequence", "held_until", "contact"]
    visit.save(update_fields=changed)
    return _tell(visit, was)


def _tell(visit: Appointment, was: str) -> bool:
    now = database_time.now()
    if visit.status in (Status.BOOKED, Status.CHECKED_IN) and visit.ends_at > now:
        visit_emails.readdressed(visit, was=was)
        return True
    if visit.status in (Status.HELD, Status.EXPIRED) and visit.starts_at > now:
        visit_emails.must_confirm(visit, at_once=True)
        return True
    visit_outbox.drop_waiting(visit)
    return False

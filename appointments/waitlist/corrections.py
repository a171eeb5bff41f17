"""What staff put right about a place in line: the address and the phone typed for it."""

from django.db.models import Q

from appointments.booking import patients
from appointments.booking.rules import in_one_transaction
from appointments.models import Appointment, EntryStatus, OfferStatus, Patient, WaitlistEntry
from appointments.models.keys import new_key
from appointments.waitlist import emails, entries
from core.people import email_addresses


class AlreadyWaits(Exception):
    """The person waits for the same with that address already."""


@in_one_transaction
def correct_address(entry: WaitlistEntry, email: str) -> WaitlistEntry:
    """Give the place this address and a new key, so that its old link opens nothing any more.

    The new address gets the link, and the open offer if there is one; what waits to be sent to the
    old one is dropped. Return the place as it is now. Raises AlreadyWaits.
    """
    entry.email = email
    person = patients.match_key(entry)
    others = entries.of_address(email, person)
    entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
    was, entry.email = entry.email, email
    entry.person = patients.match_key(entry)
    if entry.is_waiting and any(_is_same(entry, other) for other in others):
        raise AlreadyWaits
    _readdress(entry, was)
    return entry


@in_one_transaction
def follow_patient(patient: Patient, *, was: str, known_as: str) -> None:
    """Correct the places of a patient whose address was corrected, from `was` on.

    `known_as` is the patient's former `match_key`. A place that another of the same person stands
    beside is closed.
    """
    theirs = WaitlistEntry.objects.of_address(was).filter(
        Q(person=known_as) | Q(appointment__patient=patient)
    )
    for entry in theirs.order_by("pk"):
        try:
            correct_address(entry, patient.email)
        except AlreadyWaits:
            entries.remove(entry)
            correct_address(entry, patient.email)


@in_one_transaction
def correct_phone(patient: Patient, *, was: str, known_as: str) -> int:
    """Give the open places of a patient that had the old number, `was`, the new one; return how
    many. `known_as` is the patient's former `match_key`.
    """
    merged = Patient.objects.filter(merged_into=patient).values_list("match_key", flat=True)
    open_places = WaitlistEntry.objects.filter(
        person__in=[patient.match_key, known_as, *merged],
        status__in=[EntryStatus.WAITING, EntryStatus.ASKED],
        phone=was,
    )
    return open_places.update(phone=patient.phone)


def _is_same(one: WaitlistEntry, other: WaitlistEntry) -> bool:
    same = ("person", "service_id", "state")
    return (
        other.pk != one.pk
        and other.is_waiting
        and all(getattr(one, name) == getattr(other, name) for name in same)
    )


def _readdress(entry: WaitlistEntry, was: str) -> None:
    changed = ["email", "person"]
    is_another = email_addresses.normalized(was) != email_addresses.normalized(entry.email)
    if is_another:
        emails.drop(entry, was)
        entry.key = new_key()
        changed.append("key")
    if not entry.email and entry.contact == Appointment.Contact.EMAIL:
        entry.contact = Appointment.Contact.CALL
        changed.append("contact")
    entry.save(update_fields=changed)
    if is_another and entry.status in (EntryStatus.WAITING, EntryStatus.ASKED):
        emails.joined(entry, at_once=True)
        for offer in entry.offers.filter(status=OfferStatus.OPEN):
            emails.offered(offer, again=True)

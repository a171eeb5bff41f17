"""What belongs to a record: the spellings that were merged into it, and the e-mails about it."""

from appointments.emails import link_emails, visit_emails
from appointments.models import Appointment, Patient, WaitlistEntry
from appointments.models.patients import PatientQuerySet
from appointments.waitlist import emails as waitlist_emails


def mails_of(patient: Patient) -> list[str]:
    """Return what groups the e-mails to this patient, as the outbox has it.

    Those to an address, about no visit in particular, only where nobody else has the address.
    """
    visits = Appointment.objects.filter(patient=patient).order_by()
    pks = visits.values_list("pk", flat=True)
    things = [thing for pk in pks for thing in visit_emails.all_about(pk)]
    for entry in WaitlistEntry.objects.of_patient(patient).prefetch_related("offers"):
        things += waitlist_emails.all_about(entry)
    for email in own_addresses(patient):
        things += [*link_emails.all_about(email), waitlist_emails.about_asked(email)]
    return things


def own_addresses(patient: Patient) -> list[str]:
    """Return the addresses that this patient has, and nobody else whose record is here."""
    record = Patient.objects.whole_record(patient)
    emails = {email.lower() for email in record.values_list("email", flat=True) if email}
    return [email for email in sorted(emails) if not _is_another_s(email, record)]


def _is_another_s(email: str, record: PatientQuerySet) -> bool:
    others = Patient.objects.exclude(pk__in=record.values("pk"))
    visits = Appointment.objects.of_address(email).exclude(patient__in=record.values("pk"))
    return others.of_address(email).exists() or visits.exists()

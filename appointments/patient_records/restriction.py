"""A restricted record: nobody is mailed, few may find it, no times are offered, nobody books.

Visits that are booked already take place: who restricts a record cancels them first, or does not.
"""

from appointments.booking.rules import in_one_transaction
from appointments.calls import call_list
from appointments.models import Patient, WaitlistEntry, WaitlistOffer
from appointments.patient_records.whole_record import mails_of
from appointments.waitlist import entries
from core.database import database_time
from core.mail import outbox
from core.sms import outbox as texts


@in_one_transaction
def restrict(patient: Patient) -> None:
    """Restrict the record with all that were merged into it, and empty the e-mails that are kept.

    What was offered to a place in line is taken back; the place itself stays.
    """
    for entry in WaitlistEntry.objects.of_patient(patient).order_by("pk"):
        entries.withdraw(WaitlistOffer.objects.filter(entry=entry))
    Patient.objects.whole_record(patient).filter(restricted_at=None).update(
        restricted_at=database_time.now()
    )
    things = mails_of(patient)
    outbox.forget_all(things)
    texts.forget_all(things)
    call_list.drop_all(things)


@in_one_transaction
def lift(patient: Patient) -> None:
    """Let the record be as any other again."""
    Patient.objects.whole_record(patient).update(restricted_at=None)

"""In which language somebody is written to: that in which they last acted, or which staff chose."""

from appointments.models import Appointment, Patient, WaitlistEntry
from core.database import database_time


def acted_in(about: Appointment | WaitlistEntry, language: str) -> None:
    """Whoever it is for pressed a button on a page in this language: mails about it follow."""
    if about.language != language:
        type(about).objects.filter(pk=about.pk).update(language=language)
        about.language = language


def choose(patient: Patient, language: str) -> None:
    """Let staff say what a patient speaks: their record, what is ahead, and what they wait for."""
    theirs = Appointment.objects.filter(patient=patient, ends_at__gt=database_time.now())
    theirs.update(language=language)
    WaitlistEntry.objects.filter(person=patient.match_key).update(language=language)
    Patient.objects.filter(pk=patient.pk).update(language=language)
    patient.language = language


def proved(visit: Appointment) -> None:
    """The mailbox of the visit spoke: its language is that of the record, too."""
    known = Patient.objects.filter(pk=visit.patient_id or 0).exclude(language=visit.language)
    known.update(language=visit.language)

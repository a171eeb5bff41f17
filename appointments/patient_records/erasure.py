"""Erasing what a clinic holds about a patient, apart from what the law has it keep.

Gone afterwards: visits that were no care (cancelled, never confirmed) with all that other apps keep
of them, notes, places in line, the e-mails that are kept, what the admin's own log calls the
record. Where care has to be kept, its visits stay with the record, which is restricted; else no row
names the person any more. Proofs of consent hold a keyed hash, the audit trail numbers: both stay.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from appointments.booking.rules import in_one_transaction, lock, settle_expired
from appointments.calls import call_list
from appointments.models import (
    Appointment,
    ConflictDecision,
    Patient,
    PatientNote,
    PrivacyRequest,
    RecordMerge,
    Status,
    WaitlistEntry,
)
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.patient_records import kept_by_law
from appointments.patient_records.kept_by_apps import kept_on_records, kept_on_visits
from appointments.patient_records.whole_record import mails_of
from appointments.retention import NOBODY
from appointments.waitlist import entries
from core.database import database_time
from core.mail import outbox
from core.sms import outbox as texts


class VisitsAhead(Exception):
    """The patient has visits ahead: cancel them first."""


@dataclass(frozen=True)
class Plan:
    """What an erasure would do now: how much goes, what stays, and until when that has to."""

    visits: int
    notes: int
    places: int
    kept: int
    kept_until: datetime | None
    ahead: int


def plan(patient: Patient) -> Plan:
    """Return what `erase` would do now."""
    visits = Appointment.objects.filter(patient=patient)
    kept = kept_by_law.kept_visits(patient).count()
    return Plan(
        visits=visits.count() - kept,
        notes=patient.notes.count(),
        places=WaitlistEntry.objects.of_patient(patient).count(),
        kept=kept,
        kept_until=kept_by_law.kept_until(patient),
        ahead=ahead(patient).count(),
    )


def ahead(patient: Patient) -> AppointmentQuerySet:
    """Return the visits that still are to take place, or wait to be confirmed."""
    now = database_time.now()
    return Appointment.objects.blocking(now).filter(patient=patient, ends_at__gt=now)


@in_one_transaction
def erase(patient: Patient, *, by: str) -> bool:
    """Erase all that the law does not have us keep; return whether it has us keep something.

    What is kept is to be restricted then. Raises VisitsAhead. Safe to run twice.
    """
    _close_what_is_open(patient)
    # Who books for them at this moment has this lock, or waits for it: see `patients.remember`.
    Patient.objects.select_for_update().get(pk=patient.pk)
    if ahead(patient).exists():
        raise VisitsAhead
    things = mails_of(patient)
    outbox.forget_all(things)
    texts.forget_all(things)
    call_list.drop_all(things)
    _forget_names(patient)
    WaitlistEntry.objects.of_patient(patient).delete()
    PatientNote.objects.filter(patient=patient).delete()
    RecordMerge.objects.filter(into=patient).delete()
    PrivacyRequest.objects.filter(patient=patient).update(reason="")
    kept_on_records.forget(list(Patient.objects.whole_record(patient).values_list("pk", flat=True)))
    visits = Appointment.objects.filter(patient=patient)
    ConflictDecision.objects.filter(appointment__in=visits).delete()
    kept = list(kept_by_law.kept_visits(patient).values_list("pk", flat=True))
    # "Changed by" is in the history, which is what a restore of a backup goes by.
    others = visits.exclude(pk__in=kept)
    kept_on_visits.forget(list(others.values_list("pk", flat=True)))
    others.update(**NOBODY, erased_at=database_time.now(), changed_by=by[:80])
    if not kept:
        Patient.objects.filter(pk=patient.pk).delete()  # with what was merged into it
    return bool(kept)


def _close_what_is_open(patient: Patient) -> None:
    """Places in line are closed, holds that ran out settled: providers first, as everywhere."""
    held = Appointment.objects.filter(patient=patient, status=Status.HELD)
    providers = sorted(set(held.values_list("provider", flat=True)))
    lock(providers)
    settle_expired(providers, database_time.now())
    for entry in WaitlistEntry.objects.of_patient(patient).order_by("pk"):
        entries.remove(entry)


def _forget_names(patient: Patient) -> None:
    """What Django's log of changes calls the record and its places in line."""
    record = list(Patient.objects.whole_record(patient).values_list("pk", flat=True))
    places = list(WaitlistEntry.objects.of_patient(patient).values_list("pk", flat=True))
    for model, pks in ((Patient, record), (WaitlistEntry, places)):
        _log_of(model, pks).update(object_repr="–")


def _log_of(model: type[Model], pks: list[int]) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    return LogEntry.objects.filter(content_type=kind, object_id__in=map(str, pks))

"""Whose record a visit stands in: two records of one person become one, and a visit changes hands.

Nothing of a visit's own changes: its time, what was typed for it, its consents and its history stay
as they are. A record that was merged stays behind without visits. It leads to the other, so whoever
books by its spelling of the name is the same person from then on. What moved is written down, and
for a day it can be taken back.
"""

import hashlib
from dataclasses import dataclass

from appointments.booking.patients import RecordRestricted
from appointments.booking.rules import in_one_transaction
from appointments.models import (
    Appointment,
    Patient,
    PatientNote,
    PrivacyRequest,
    RecordMerge,
)
from core.database import database_time


class RecordsChanged(Exception):
    """Somebody changed one of the records, or took a visit for it, since they were shown."""


def seen(*patients: Patient) -> str:
    """Return what stands for these records and their visits as they are: for `merge`, `give`."""
    told = []
    for patient in sorted(patients, key=lambda patient: patient.pk):
        who = (patient.pk, patient.match_key, str(patient), patient.phone, patient.merged_into_id)
        visits = Appointment.objects.filter(patient=patient).order_by("pk")
        told.append(f"{who} {list(visits.values_list('pk', flat=True))}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


class NotReversible(Exception):
    """It was taken back before, its day is over, or a later merge or restriction is in the way."""


@in_one_transaction
def merge(other: Patient, *, into: Patient, as_seen: str, by: str) -> RecordMerge:
    """Give `into` all visits and notes of `other`, whose record leads there from now on.

    Return what moved. Raises RecordsChanged unless both are as they were when `seen` was asked,
    RecordRestricted where one is, or somebody has asked for that or for its erasure.
    """
    _lock(other, into, as_seen=as_seen)
    _require_no_request(other, into)
    visits = Appointment.objects.filter(patient=other)
    notes = PatientNote.objects.filter(patient=other)
    records = Patient.objects.filter(merged_into=other)
    merged = RecordMerge.objects.create(
        into=into,
        gone=other,
        visits=list(visits.order_by("pk").values_list("pk", flat=True)),
        notes=list(notes.values_list("pk", flat=True)),
        records=list(records.values_list("pk", flat=True)),
        merged_by=by[:100],
        merged_at=database_time.now(),
    )
    visits.update(patient=into)
    notes.update(patient=into)
    records.update(merged_into=into)
    Patient.objects.filter(pk=other.pk).update(merged_into=into)
    return merged


@dataclass(frozen=True)
class TakenBack:
    """The visits that went back, and how many stay where they were booked since."""

    visits: list[int]
    stay: int


@in_one_transaction
def undo(merge: RecordMerge, *, by: str) -> TakenBack:
    """Let the two records stand as they did; what was booked since stays where it is.

    A visit that was given to a third record since stays there as well. Raises NotReversible.
    """
    rows = Patient.objects.filter(pk__in=[merge.into_id, merge.gone_id]).order_by("pk")
    both = {patient.pk: patient for patient in rows.select_for_update()}
    into, gone = both.get(merge.into_id), both.get(merge.gone_id)
    if into is None or gone is None or into.merged_into_id or gone.merged_into_id != into.pk:
        raise NotReversible
    if into.is_restricted or _has_request(into):
        raise NotReversible
    now = database_time.now()
    standing = RecordMerge.objects.reversible(now).filter(pk=merge.pk)
    if not standing.update(undone_at=now, undone_by=by[:100]):
        raise NotReversible
    moved = Appointment.objects.filter(pk__in=merge.visits, patient=into)
    visits = list(moved.order_by("pk").values_list("pk", flat=True))
    moved.update(patient=gone)
    PatientNote.objects.filter(pk__in=merge.notes, patient=into).update(patient=gone)
    Patient.objects.filter(pk__in=merge.records, merged_into=into).update(merged_into=gone)
    Patient.objects.filter(pk=gone.pk).update(merged_into=None)
    since = Appointment.objects.filter(patient=into, created__gte=merge.merged_at)
    return TakenBack(visits, since.count())


def _require_no_request(*patients: Patient) -> None:
    if any(Patient.objects.restricted().filter(pk=each.pk).exists() for each in patients):
        raise RecordRestricted
    if any(map(_has_request, patients)):
        raise RecordRestricted


def _has_request(patient: Patient) -> bool:
    return PrivacyRequest.objects.open_for(patient) is not None


@in_one_transaction
def give(visit: Appointment, *, to: Patient, as_seen: str) -> None:
    """Let the visit stand in the record `to`. Raises RecordsChanged as `merge` does."""
    if visit.patient is None:
        raise RecordsChanged
    _lock(visit.patient, to, as_seen=as_seen)
    moved = Appointment.objects.filter(pk=visit.pk, patient=visit.patient)
    if not moved.update(patient=to):
        raise RecordsChanged


def _lock(*patients: Patient, as_seen: str) -> None:
    """Who books for one of them waits until the transaction ends: see `patients.remember`."""
    pks = {patient.pk for patient in patients}
    rows = Patient.objects.kept().filter(pk__in=pks).order_by("pk").select_for_update()
    locked = list(rows)
    if len(locked) != 2 or seen(*locked) != as_seen:
        raise RecordsChanged

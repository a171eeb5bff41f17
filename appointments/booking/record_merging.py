"""Whose record a visit stands in: two records of one person become one, and a visit changes hands.

Nothing of a visit's own changes: its time, what was typed for it, its consents and its history stay
as they are. A record that was merged stays behind without visits. It leads to the other, so whoever
books by its spelling of the name is the same person from then on.
"""

import hashlib

from appointments.booking.rules import in_one_transaction
from appointments.models import Appointment, Patient


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


@in_one_transaction
def merge(other: Patient, *, into: Patient, as_seen: str) -> list[Appointment]:
    """Give `into` all visits of `other`, whose record leads there from now on; return the visits.

    Raises RecordsChanged unless both are as they were when `seen` was asked.
    """
    _lock(other, into, as_seen=as_seen)
    visits = list(Appointment.objects.filter(patient=other))
    Appointment.objects.filter(patient=other).update(patient=into)
    Patient.objects.filter(merged_into=other).update(merged_into=into)
    Patient.objects.filter(pk=other.pk).update(merged_into=into)
    return visits


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

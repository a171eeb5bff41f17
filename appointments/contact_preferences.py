"""What patients chose of how they are written to, and in which language.

An app above keeps it and registers here how it is read, so that whatever writes to a patient obeys.
How they may be called stands on their visits and places in line: who keeps it writes it there.
"""

from collections.abc import Callable
from typing import NamedTuple

from appointments.models import Patient
from appointments.models.patients import PatientQuerySet


class Preferences(NamedTuple):
    """What one patient chose."""

    by_mail: bool = True
    language: str = ""  # empty: that in which they last acted


Reader = Callable[[PatientQuerySet], Preferences | None]
NOTHING_CHOSEN = Preferences()
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Ask `reader` of what somebody chose: it is given the record as a query. Twice is fine."""
    if reader not in _readers:
        _readers.append(reader)


def of(patient: int | None) -> Preferences:
    """Return what the patient with this key chose; for None what holds where nothing is chosen."""
    return of_any(Patient.objects.filter(pk=patient)) if patient else NOTHING_CHOSEN


def of_any(whose: PatientQuerySet) -> Preferences:
    """Return the same of a record that a query finds. One query for each app that keeps some."""
    chosen = (reader(whose) for reader in _readers)
    return next(filter(None, chosen), NOTHING_CHOSEN)

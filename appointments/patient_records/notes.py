"""Notes of the staff about a patient: written, pinned and struck out, never edited or deleted."""

from appointments.models import Appointment, Patient, PatientNote
from core.database import database_time

LONGEST = 2000  # letters


def write(
    patient: Patient, text: str, *, by: str, pinned: bool = False, visit: Appointment | None = None
) -> PatientNote:
    """Write a note, at `visit` if that is where it was written; return it."""
    return PatientNote.objects.create(
        patient=patient,
        appointment=visit,
        text=text,
        pinned=pinned,
        written_by=by[:100],
        written_at=database_time.now(),
    )


def strike(note: PatientNote, *, by: str) -> bool:
    """Strike it out; it stays to be read, and is not pinned any more. False if it was before."""
    standing = PatientNote.objects.filter(pk=note.pk, struck_at=None)
    changed = {"struck_at": database_time.now(), "struck_by": by[:100], "pinned": False}
    return bool(standing.update(**changed))


def pin(note: PatientNote, pinned: bool) -> bool:
    """Let it stand above the others, or not any more. False if it was struck out."""
    return bool(PatientNote.objects.filter(pk=note.pk, struck_at=None).update(pinned=pinned))

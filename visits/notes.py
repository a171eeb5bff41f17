"""The workflow of a clinician's note: kept as it is typed, signed once, then only added to."""

import hashlib
import hmac
import json
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from core.validation.control_characters import without_controls
from visits import concurrent_saves
from visits.models.notes import NoteAddendum, VisitNote

LONGEST = 20_000
FIELDS = ("text", "pdmp_at", "pdmp_state")


class Signed(Exception):
    """The note was signed: what is still to be said is an addendum."""


class Empty(Exception):
    """There is nothing to sign, or to add."""


def find(appointment: Appointment) -> VisitNote | None:
    """Return the note of this visit; None where nobody has begun one."""
    return VisitNote.objects.filter(appointment=appointment).first()


def typed(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a note as they were typed, and nothing else."""
    return {name: without_controls(str(sent.get(name, "")))[:LONGEST] for name in FIELDS}


@transaction.atomic
def save(appointment: Appointment, content: dict[str, str], *, saves: int, by: User) -> VisitNote:
    """Keep what was typed so far. `saves` is the number that the page was last told.

    What changes nothing counts as no save. Raises Signed, and SavedElsewhere.
    """
    note = concurrent_saves.lock(VisitNote, appointment, by)
    if note.content == content or (not note.pk and not any(content.values())):
        return note
    if note.signed_at:
        raise Signed
    concurrent_saves.count(note, saves=saves, by=by)
    note.content = content
    note.save()
    return note


@transaction.atomic
def sign(appointment: Appointment, content: dict[str, str], *, saves: int, by: User) -> VisitNote:
    """Keep what was typed last, and sign it. Raises Signed, SavedElsewhere, Empty."""
    note = save(appointment, content, saves=saves, by=by)
    if note.signed_at:
        raise Signed
    if not content.get("text", "").strip():
        raise Empty
    note.author, note.author_account = str(by)[:100], by.pk
    note.signed_at = database_time.now()
    note.seal = _seal(note)
    note.save()
    return note


def add(note: VisitNote, text: str, *, by: User) -> NoteAddendum:
    """Add to a signed note. Raises Empty."""
    text = without_controls(text).strip()[:LONGEST]
    if not text:
        raise Empty
    return NoteAddendum.objects.create(
        note=note,
        text=text,
        author=str(by)[:100],
        author_account=by.pk,
        written_at=database_time.now(),
    )


def is_as_signed(note: VisitNote) -> bool:
    """Return whether a signed note still says what was signed; True for a draft."""
    return not note.signed_at or note.seal == _seal(note)


def _seal(note: VisitNote) -> str:
    """Return a keyed hash of all that was signed. Stable while ADDRESS_KEY is."""
    signed = [note.appointment_id, note.author_account, note.author, _moment(note), note.content]
    text = json.dumps(signed, sort_keys=True, ensure_ascii=False)
    return hmac.new(settings.ADDRESS_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _moment(note: VisitNote) -> str:
    return note.signed_at.isoformat() if note.signed_at else ""

"""What the clinician wrote of a visit: the note, what was added to it, the patient's summary."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from appointments.models import Appointment
from appointments.patient_records.fhir import people
from appointments.patient_records.fhir.elements import (
    LOINC,
    Resource,
    coding,
    concept,
    instant,
    period,
    plain_text,
    reference,
    resource,
)
from visits.fhir.encounters import Encounters
from visits.models import NoteAddendum, VisitNote, VisitSummary

NOTE = concept("Note of the visit", coding(LOINC, "11506-3", "Progress note"))
SUMMARY = concept("Summary for the patient", coding(LOINC, "34133-9", "Summary of episode note"))
FINAL, DRAFT = "final", "preliminary"


def resources(encounters: Encounters) -> Iterator[Resource]:
    """Return each note with what was added to it, then each summary."""
    pks = encounters.subject.pks
    notes = VisitNote.objects.filter(appointment__in=pks).prefetch_related("addenda")
    for note in notes.order_by("pk"):
        yield _note(encounters, note)
        for addendum in note.addenda.all():
            yield _addendum(encounters, note, addendum)
    for summary in VisitSummary.objects.filter(appointment__in=pks).order_by("pk"):
        yield _summary(encounters, summary)


def _note(encounters: Encounters, note: VisitNote) -> Resource:
    appointment = encounters.subject.appointment(note.appointment_id)
    author = people.author(note.author, note.author_account, appointment.provider)
    return _document(
        *(encounters, appointment, _note_key(note), NOTE),
        docStatus=FINAL if note.signed_at else DRAFT,
        author=[author],
        authenticator=author if note.signed_at else None,
        text=_note_text(note.content),
        made=note.signed_at or note.saved_at,
    )


def _note_key(note: VisitNote) -> str:
    return f"note/{note.pk}"


def _note_text(content: dict[str, str]) -> str:
    text = content.get("text", "")
    if not content.get("pdmp_at"):
        return text
    where = f"{content['pdmp_at']} {content.get('pdmp_state', '')}".strip()
    return f"{text}\n\nPrescription monitoring program looked at: {where}"


def _addendum(encounters: Encounters, note: VisitNote, addendum: NoteAddendum) -> Resource:
    appointment = encounters.subject.appointment(note.appointment_id)
    return _document(
        *(encounters, appointment, f"addendum/{addendum.pk}", NOTE),
        docStatus=FINAL,
        author=[people.author(addendum.author, addendum.author_account, appointment.provider)],
        relatesTo=[{"code": "appends", "target": reference("DocumentReference", _note_key(note))}],
        text=addendum.text,
        made=addendum.written_at,
    )


def _summary(encounters: Encounters, summary: VisitSummary) -> Resource:
    """Return what the patient was shown; where nothing was shared yet, the draft."""
    appointment = encounters.subject.appointment(summary.appointment_id)
    said = summary.shared or summary.draft
    parts = [
        ("What we agreed", said.get("agreed")),
        ("Medicine", said.get("medicine")),
        ("Warning signs", said.get("warning_signs")),
        ("Keep naloxone in the house", said.get("naloxone")),
    ]
    return _document(
        *(encounters, appointment, f"summary/{summary.pk}", SUMMARY),
        docStatus=FINAL if summary.shared_at else DRAFT,
        author=[people.author(summary.author, summary.author_account, appointment.provider)],
        text="\n\n".join(f"{title}: {words}" for title, words in parts if words),
        made=summary.shared_at or summary.saved_at,
    )


def _document(
    encounters: Encounters,
    appointment: Appointment,
    key: str,
    kind: Resource,
    *,
    text: str,
    made: datetime,
    **elements: Any,
) -> Resource:
    return resource(
        *("DocumentReference", key),
        status="current",
        type=kind,
        subject=encounters.subject.reference,
        date=instant(made),
        custodian=people.clinic(),
        content=[{"attachment": plain_text(text, title=kind["text"], made=made)}],
        context={
            "encounter": [encounters.reference(appointment)],
            "period": period(appointment.starts_at, appointment.ends_at),
        },
        **elements,
    )

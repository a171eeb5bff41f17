"""What the clinician reads beside the picture: answers, scores over time, the last note."""

from datetime import datetime
from typing import Any, NamedTuple

from appointments.admin import practice_time
from appointments.models import Appointment, Consent, ConsentText, Patient
from visits import notes
from visits.admin.cows_panel import RatingRow, rating_row
from visits.admin.screener_words import BANDS
from visits.intake import summary
from visits.models.consents import ConsentSignature
from visits.models.notes import CowsRating, VisitNote

TREND = 5  # scores of each screener, the newest first
FIRST_SHOWN = ("reason", "health", "pharmacy", "last-use")


class ScoreRow(NamedTuple):
    """One score as it is read."""

    when: str
    total: int
    band: Any


class Trend(NamedTuple):
    """The scores of one screener, the newest first; `way` is "up", "down", "same" or empty."""

    name: str
    highest: int
    last: ScoreRow
    earlier: list[ScoreRow]
    way: str


class LastNote(NamedTuple):
    """The newest note of an earlier visit."""

    note: VisitNote
    when: str
    text: str
    as_signed: bool


def context(appointment: Appointment) -> dict[str, Any]:
    """Return what the panel shows."""
    patient = appointment.patient
    answered = summary.answered_forms(appointment)
    return {
        "appointment": appointment,
        "answered": sorted(answered, key=_first),
        "trends": trends(patient) if patient else [],
        "cows": _cows(patient) if patient else [],
        "last_note": _last_note(appointment, patient) if patient else None,
        "video_consent": _video_consent(appointment),
    }


def _first(answered: summary.AnsweredForm) -> int:
    form = answered.form
    return FIRST_SHOWN.index(form) if form in FIRST_SHOWN else len(FIRST_SHOWN)


def trends(patient: Patient) -> list[Trend]:
    """Return each screener with its last scores."""
    found = []
    for screener, several in summary.scores(patient):
        rows = [
            ScoreRow(
                _day(each.at),
                each.score.total,
                BANDS.get(screener.slug, {}).get(each.score.band, each.score.band),
            )
            for each in several[:TREND]
        ]
        found.append(Trend(screener.name, screener.highest, rows[0], rows[1:], _way(rows)))
    return found


def _way(rows: list[ScoreRow]) -> str:
    if len(rows) < 2 or rows[0].total == rows[1].total:
        return "same" if len(rows) > 1 else ""
    return "up" if rows[0].total > rows[1].total else "down"


def _cows(patient: Patient) -> list[RatingRow]:
    ratings = CowsRating.objects.of_patient(patient).order_by("-rated_at", "-pk")[:TREND]
    return [rating_row(each) for each in ratings]


def _last_note(appointment: Appointment, patient: Patient) -> LastNote | None:
    others = VisitNote.objects.of_patient(patient).exclude(appointment=appointment)
    note = others.select_related("appointment").order_by("-appointment__starts_at").first()
    if note is None:
        return None
    when = practice_time.format_datetime(note.appointment.starts_at)
    return LastNote(note, when, note.content.get("text", ""), notes.is_as_signed(note))


def _video_consent(appointment: Appointment) -> str:
    """Return since when care by video is agreed to, in words; empty where nothing says so."""
    kind = ConsentText.Kind.TELEHEALTH
    signed: datetime | None = None
    if appointment.patient:
        signatures = ConsentSignature.objects.of_patient(appointment.patient).in_force()
        signature = signatures.filter(document__kind=kind).first()
        signed = signature.signed_at if signature else None
    if signed is None:
        consent = Consent.objects.filter(appointment=appointment, text__kind=kind).first()
        signed = consent.given if consent else None
    return _day(signed) if signed else ""


def _day(when: datetime) -> str:
    return practice_time.format_date(when.astimezone(practice_time.zone()))

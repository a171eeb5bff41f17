"""What visits keep of a patient beside the appointment: in an export, and gone with an erasure.

Events, checks and proofs of signatures stay as rows that name nobody; what names a person or was
said in a visit is deleted.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Model, QuerySet

from appointments.patient_records.kept_by_apps import KeptPart, kept_on_visits
from core.exported_values import Record, iso
from visits import changed_appointments
from visits.models import (
    CowsRating,
    Guest,
    NoteAddendum,
    StartCheck,
    StartCheckDetails,
    StartCheckWaiver,
    Visit,
    VisitEvent,
    VisitNote,
    VisitSummary,
)
from visits.models.consents import ConsentSignature, SignedCopy
from visits.models.intake import QuestionnaireResponse

Visits = Collection[int]


def register() -> None:
    """Let exports and erasures know of all of it."""
    for kept in _KEPT:
        kept_on_visits.register(kept)


# ── what an export holds ──


def _visits(visits: Visits) -> list[Record]:
    rows = Visit.objects.filter(appointment__in=visits).select_related("appointment")
    return [
        {
            "visit": str(row.appointment.uid),
            "came": iso(row.knocked_at),
            "let in": iso(row.admitted_at),
            "by phone since": iso(row.by_phone_at),
            "ended": iso(row.ended_at),
            "outcome": row.get_outcome_display(),
            "seconds connected": row.seconds_connected,
            "sound or picture": row.get_medium_display(),
            "guests": [
                {
                    "role": guest.get_role_display(),
                    "name": guest.name,
                    "agreed": iso(guest.agreed_at),
                }
                for guest in row.guests.order_by("pk")
            ],
            "events": [
                {"at": iso(event.at), "who": event.seat, "what": event.get_kind_display()}
                for event in VisitEvent.objects.filter(visit=row)
            ],
        }
        for row in rows.order_by("pk")
    ]


def _start_checks(visits: Visits) -> list[Record]:
    rows = StartCheck.objects.filter(visit__appointment__in=visits)
    rows = rows.select_related("visit__appointment", "details").order_by("pk")
    return [
        {
            "visit": str(row.visit.appointment.uid),
            "at": iso(row.at),
            "state": row.get_state_display(),
            "identity": row.get_identity_display(),
            "free to talk": row.free_to_talk,
            **_details(getattr(row, "details", None)),
        }
        for row in rows
    ]


def _details(details: StartCheckDetails | None) -> Record:
    if details is None:
        return {}
    return {
        "address": details.address,
        "number": details.callback_number,
        "emergency contact": details.emergency_contact,
    }


def _waivers(visits: Visits) -> list[Record]:
    return _rows(
        StartCheckWaiver, visits, lambda row: {"at": iso(row.at), "why": row.get_reason_display()}
    )


def _notes(visits: Visits) -> list[Record]:
    return _rows(
        VisitNote,
        visits,
        lambda row: {
            "by": row.author,
            "saved": iso(row.saved_at),
            "signed": iso(row.signed_at),
            "text": row.content.get("text", ""),
            "prescription monitoring looked at": row.content.get("pdmp_at", ""),
            "in the state": row.content.get("pdmp_state", ""),
            "addenda": [
                {"at": iso(one.written_at), "by": one.author, "text": one.text}
                for one in row.addenda.all()
            ],
        },
    )


def _cows(visits: Visits) -> list[Record]:
    return _rows(
        CowsRating,
        visits,
        lambda row: {
            "at": iso(row.rated_at),
            "by": row.author,
            "total": row.score.get("total"),
            "at least": row.score.get("at_least"),
            "points": [{"item": key, "points": value} for key, value in row.points.items()],
        },
    )


def _summaries(visits: Visits) -> list[Record]:
    return _rows(
        VisitSummary,
        visits,
        lambda row: {
            "by": row.author,
            "shared": iso(row.shared_at),
            **{name.replace("_", " "): text for name, text in (row.shared or row.draft).items()},
        },
    )


def _answers(visits: Visits) -> list[Record]:
    return _rows(
        QuestionnaireResponse,
        visits,
        lambda row: {
            "form": row.form,
            "version": row.version,
            "saved": iso(row.saved_at),
            "sent": iso(row.submitted_at),
            "score": (row.score or {}).get("total"),
            "answers": [{"question": key, "answer": value} for key, value in row.answers.items()],
        },
    )


def _signatures(visits: Visits) -> list[Record]:
    rows = ConsentSignature.objects.filter(appointment__in=visits)
    rows = rows.select_related("appointment", "document", "copy", "revocation").order_by("pk")
    return [
        {
            "visit": str(row.appointment.uid),
            "text": str(row.document),
            "signed": iso(row.signed_at),
            "who signed": row.get_signer_display(),
            "taken back": iso(row.revocation.revoked_at) if hasattr(row, "revocation") else None,
            "name": row.copy.name if hasattr(row, "copy") else "",
            "words": row.copy.text if hasattr(row, "copy") else "",
        }
        for row in rows
    ]


def _rows(model: type[Model], visits: Visits, plain: Callable[[Any], Record]) -> list[Record]:
    rows: QuerySet[Any] = model._default_manager.filter(appointment__in=visits).select_related(
        "appointment"
    )
    return [{"visit": str(row.appointment.uid), **plain(row)} for row in rows.order_by("pk")]


# ── what an erasure takes ──


def _nothing(visits: Visits) -> None:
    """It names nobody: the row stays."""


def _forget_visits(visits: Visits) -> None:
    Guest.objects.filter(visit__appointment__in=visits).delete()
    changed_appointments.close_rooms_on_commit(visits)


def _forget_start_checks(visits: Visits) -> None:
    StartCheckDetails.objects.filter(check_row__visit__appointment__in=visits).delete()


def _forget_notes(visits: Visits) -> None:
    NoteAddendum.objects.filter(note__appointment__in=visits).delete()
    VisitNote.objects.filter(appointment__in=visits).delete()


def _forget_cows(visits: Visits) -> None:
    CowsRating.objects.filter(appointment__in=visits).delete()


def _forget_summaries(visits: Visits) -> None:
    VisitSummary.objects.filter(appointment__in=visits).delete()


def _forget_answers(visits: Visits) -> None:
    QuestionnaireResponse.objects.filter(appointment__in=visits).delete()


def _forget_signed_copies(visits: Visits) -> None:
    SignedCopy.objects.filter(signature__appointment__in=visits).delete()


_KEPT = (
    KeptPart("visits by video or phone", _visits, _forget_visits),
    KeptPart("asked in the first minute", _start_checks, _forget_start_checks),
    KeptPart("not asked in the first minute", _waivers, _nothing),
    KeptPart("notes of visits", _notes, _forget_notes),
    KeptPart("withdrawal ratings", _cows, _forget_cows),
    KeptPart("summaries for the patient", _summaries, _forget_summaries),
    KeptPart("answers before visits", _answers, _forget_answers),
    KeptPart("signed texts", _signatures, _forget_signed_copies),
)

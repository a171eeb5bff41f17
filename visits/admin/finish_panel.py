"""How a visit ends: its outcome in one click, and what became of it afterwards."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment, Status
from core.database import database_time
from visits import encounter, first_minute
from visits.admin.panels import panel_view
from visits.admin.whose_visit import user_of
from visits.models import Visit
from visits.models.notes import StartCheckWaiver

TEMPLATE = "admin/visits/_finish.html"
Outcome = Visit.Outcome


def context(appointment: Appointment, *, why: str = "") -> dict[str, Any]:
    """Return what the panel shows: the outcomes there are now, or how it has ended."""
    visit = encounter.find(appointment)
    ended_at = visit and visit.ended_at
    open_ = appointment.status in (Status.BOOKED, Status.CHECKED_IN) and not ended_at
    return {
        "appointment": appointment,
        "visit": visit,
        "ended": ended_at and practice_time.format_short_datetime(ended_at),
        "outcomes": _outcomes(appointment) if open_ else [],
        "needs_reason": first_minute.last(appointment) is None,
        "reasons": StartCheckWaiver.Reason.choices,
        "took_place": [str(each) for each in first_minute.TOOK_PLACE],
        "can_reopen": bool(visit and visit.outcome == Outcome.FAILED),
        "why": why,
    }


def _outcomes(appointment: Appointment) -> list[tuple[str, Any]]:
    """Return those that are true now. Who came, or tried to, is no no-show."""
    missed = encounter.may_be_no_show(appointment) and appointment.status == Status.BOOKED
    begun = appointment.starts_at <= database_time.now()
    not_now = set() if missed and begun else {Outcome.NO_SHOW}
    if not begun:
        not_now |= {Outcome.COMPLETED, Outcome.BY_PHONE}
    return [(str(each), each.label) for each in Outcome if each not in not_now]


@admin.site.register_page("visits/room/<int:pk>/finish-panel/")  # type: ignore[attr-defined]  # ours
@panel_view
def visits_finish_panel(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Return the panel as it is now: what can be chosen changes with the visit."""
    return TemplateResponse(request, TEMPLATE, {"part": context(appointment)})


@admin.site.register_page("visits/room/<int:pk>/reopen/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_reopen(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Take back that it could not take place."""
    why = ""
    try:
        encounter.reopen(appointment, by=user_of(request))
    except NotChangeable:
        why = _("Somebody has changed this visit meanwhile.")
    shown = context(appointment, why=why)
    return TemplateResponse(request, TEMPLATE, {"part": shown}, status=409 if why else 200)

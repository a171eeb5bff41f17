"""The clinician's page of a visit: the call, and beside it all that is read and written."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment
from core.staff.audit import disclosures
from visits import encounter
from visits.admin import (
    cows_panel,
    finish_panel,
    first_minute_card,
    guests_panel,
    note_panel,
    patient_summary,
    summary_panel,
)
from visits.admin.whose_visit import appointment_or_404
from visits.views import call_page
from visits.views.room_policy import CALL, may_use

PAGE = "admin/visits/room.html"


@admin.site.register_page("visits/room/<int:pk>/")  # type: ignore[attr-defined]  # our site
@may_use(*CALL)
def visits_room(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the room to whoever may hold the visit. To look at it changes nothing."""
    appointment = appointment_or_404(request, pk)
    context = admin.site.each_context(request) | _parts(appointment) | _head(appointment)
    page = TemplateResponse(request, PAGE, context)
    patient = [appointment.patient] if appointment.patient else []
    last = context["summary_part"]["last_note"]
    before = [last.note.appointment] if last else []
    return disclosures.declare(page, [appointment], patient, before)


def _parts(appointment: Appointment) -> dict[str, Any]:
    """Return what each part of the page shows, under the name by which it is included."""
    return {
        "first_part": first_minute_card.context(appointment),
        "summary_part": patient_summary.context(appointment),
        "note_part": note_panel.context(appointment),
        "cows_part": cows_panel.context(appointment),
        "guests_part": guests_panel.context(appointment),
        "after_part": summary_panel.context(appointment),
        "finish_part": finish_panel.context(appointment),
    }


def _head(appointment: Appointment) -> dict[str, Any]:
    visit = encounter.find(appointment)
    since = visit and visit.admitted_at
    return {
        "title": _("Visit"),
        "appointment": appointment,
        "when": practice_time.format_short_datetime(appointment.starts_at),
        "takes_place_here": appointment.takes_place_here,
        "call": call_page.for_clinician(appointment),
        "since": int(since.timestamp()) if since and visit and not visit.ended_at else "",
        "ends": int(appointment.ends_at.timestamp()),
    }

"""What the patient reads after the visit: typed beside the picture, shared by a button."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment
from core.staff.audit.admin_pages import record_all
from visits import summaries
from visits.admin.panels import kept, panel_view, said_elsewhere, saved_by
from visits.concurrent_saves import SavedElsewhere
from visits.models.notes import VisitSummary

TEMPLATE = "admin/visits/_summary.html"


def context(
    appointment: Appointment,
    *,
    why: str = "",
    said: str = "",
    typed: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return what the panel shows. `typed` is what the page holds that was not taken over."""
    summary = summaries.find(appointment)
    shared_at = summary and summary.shared_at
    return {
        "appointment": appointment,
        "summary": summary,
        "content": typed or (summary.draft if summary else {}),
        "saves": summary.saves if summary else 0,
        "shared": shared_at and practice_time.format_datetime(shared_at),
        "has_changed": summary and summary.shared is not None and summary.shared != summary.draft,
        "has_email": bool(appointment.email),
        "ends": practice_time.format_date(
            summaries.readable_until(appointment).astimezone(practice_time.zone())
        ),
        "why": why,
        "said": said,
    }


@admin.site.register_page("visits/room/<int:pk>/summary/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_summary(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Keep what was typed so far. The trail names the first time; the page asks each 5 seconds."""
    is_new = summaries.find(appointment) is None
    try:
        summary = summaries.save(appointment, summaries.typed(request.POST), **saved_by(request))
    except SavedElsewhere as error:
        return JsonResponse({"problem": said_elsewhere(error.row)}, status=409)
    if is_new and summary.pk:
        label = VisitSummary._meta.label_lower
        record_all(request, "add", model=label, object_pks=[summary.pk])
    return kept(summary)


@admin.site.register_page("visits/room/<int:pk>/share/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_share(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Let the patient read what was typed last."""
    typed = summaries.typed(request.POST)
    why, status = "", 200
    try:
        summaries.share(appointment, typed, **saved_by(request))
    except SavedElsewhere as error:
        why, status = said_elsewhere(error.row), 409
    except summaries.Empty:
        why, status = _("Please write something that the patient can read."), 422
    said = "" if why else _("The patient can read it now.")
    shown = context(appointment, why=why, said=said, typed=typed if why else None)
    return TemplateResponse(request, TEMPLATE, {"part": shown}, status=status)

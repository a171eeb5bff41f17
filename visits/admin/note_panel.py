"""The clinician's note beside the picture: kept as it is typed, signed, then added to."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.admin import practice_time
from appointments.admin.practice_time import format_datetime
from appointments.models import Appointment
from appointments.scheduling.states import STATE_CHOICES
from core.staff.audit.admin_pages import record_all
from visits import notes
from visits.admin.panels import kept, panel_view, said_elsewhere, saved_by
from visits.admin.whose_visit import user_of
from visits.concurrent_saves import SavedElsewhere
from visits.models import Visit
from visits.models.notes import VisitNote

TEMPLATE = "admin/visits/_note.html"
NO_MEDIUM = Visit.Medium.NONE
_SIGNED = gettext_lazy("This note is signed. What is still to be said is an addendum.")


def context(
    appointment: Appointment, *, why: str = "", typed: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what the panel shows. `typed` is what the page holds that was not taken over."""
    note = notes.find(appointment)
    addenda = note.addenda.all() if note else ()
    visit = Visit.objects.filter(appointment=appointment).first()
    return {
        "appointment": appointment,
        "note": note,
        "content": typed or (note.content if note else {}),
        "saves": note.saves if note else 0,
        "as_signed": note is None or notes.is_as_signed(note),
        "signed": note and note.signed_at and format_datetime(note.signed_at),
        "addenda": [(one, format_datetime(one.written_at)) for one in addenda],
        "medium": visit.get_medium_display() if visit and visit.medium != NO_MEDIUM else "",
        "states": STATE_CHOICES,
        "zone": practice_time.zone(),
        "pdmp": _typed_moment(note.content.get("pdmp_at", "")) if note else "",
        "why": why,
        "elsewhere": note if typed and note and note.content != typed else None,
    }


def _typed_moment(text: str) -> str:
    """Return in words what the field of a date and time holds: the practice's clock."""
    try:
        return format_datetime(datetime.fromisoformat(text).replace(tzinfo=practice_time.zone()))
    except ValueError:
        return text


@admin.site.register_page("visits/room/<int:pk>/note/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_note(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Keep what was typed so far. The trail names the first time; the page asks each 5 seconds."""
    is_new = notes.find(appointment) is None
    try:
        note = notes.save(appointment, notes.typed(request.POST), **saved_by(request))
    except notes.Signed:
        return JsonResponse({"problem": str(_SIGNED)}, status=409)
    except SavedElsewhere as error:
        return JsonResponse({"problem": said_elsewhere(error.row)}, status=409)
    if is_new and note.pk:
        record_all(request, "add", model=VisitNote._meta.label_lower, object_pks=[note.pk])
    return kept(note)


@admin.site.register_page("visits/room/<int:pk>/sign/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_sign(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Sign what was typed last."""
    typed = notes.typed(request.POST)
    try:
        notes.sign(appointment, typed, **saved_by(request))
    except notes.Signed:
        return _panel(request, context(appointment, why=str(_SIGNED)), 409)
    except SavedElsewhere as error:
        return _panel(
            request, context(appointment, why=said_elsewhere(error.row), typed=typed), 409
        )
    except notes.Empty:
        why = _("There is nothing to sign yet.")
        return _panel(request, context(appointment, why=why, typed=typed), 422)
    return _panel(request, context(appointment))


@admin.site.register_page("visits/room/<int:pk>/addendum/")  # type: ignore[attr-defined]  # ours
@panel_view
def visits_addendum(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Add to the signed note."""
    note = notes.find(appointment)
    if note is None or not note.signed_at:
        why = _("This note is not signed yet: write on in it.")
        return _panel(request, context(appointment, why=why), 409)
    try:
        notes.add(note, request.POST.get("text", ""), by=user_of(request))
    except notes.Empty:
        why = _("Please write what is to be added.")
        return _panel(request, context(appointment, why=why), 422)
    return _panel(request, context(appointment))


def _panel(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, TEMPLATE, {"part": shown}, status=status)

"""Staff move a visit: to a free time, or to any time with a reason.

Like booking, a plain page that `static/js/drawer.js` opens beside whatever staff are looking at.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import booking_choice, practice_time, workflow_actions
from appointments.admin.booking_choice import PAGE, SOONEST, TIMES, FreeTimesForm, asked_for
from appointments.admin.booking_refusals import attempt
from appointments.admin.page_context import page_context
from appointments.admin.visit_time_forms import StaffMoveForm
from appointments.booking import staff_booking
from appointments.calls import phone_notes
from appointments.models import Appointment
from core.people import phone_numbers
from core.staff.audit import disclosures


def move_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Move a booked visit to another time or provider."""
    visit = visit_to_move(admin, request, object_id)
    choice, form = move_forms(request, visit)
    status = 200
    if request.method == "POST" and form.is_valid():
        found = attempt(form, lambda: _move(request, visit, form))
        if found and found.sequence == visit.sequence:
            return _back_to(request, found, _("That is the time it has. Nothing has changed."))
        if found:
            admin.log_change(request, found, _now("Moved"))
            told = _("The visit is moved. An e-mail tells the patient.")
            if not found.email:
                told = _("The visit is moved. They have no e-mail address: it is a call to make.")
            return _back_to(request, found, told)
        status = 409
    context = page_context(admin, request, _("Move the visit"), Appointment) | {
        "choice": choice,
        "patient": visit.patient,
        "phone": phone_notes.with_note(phone_numbers.as_link(visit.phone), visit.contact),
        "visit": visit,
        "visit_words": _both_clocks(visit),
        "subtitle": practice_time.format_datetime(visit.starts_at),
        "form": form,
    }
    page = TemplateResponse(request, PAGE, context, status=status)
    return disclosures.declare(page, [visit], form.asked_about)


def move_times_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the fourteen days and the times of one, for the visit that is moved."""
    visit = visit_to_move(admin, request, object_id)
    _choice, form = move_forms(request, visit)
    return disclosures.declare_none(
        TemplateResponse(request, TIMES, {"form": form, "visit": visit})
    )


def visit_to_move(admin: ModelAdmin, request: HttpRequest, object_id: str) -> Appointment:
    """Return the visit, or raise PermissionDenied or Http404."""
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    visit = admin.get_object(request, unquote(object_id))
    if visit is None or visit.patient is None:
        raise Http404("No such visit")
    return visit


def move_forms(request: HttpRequest, visit: Appointment) -> tuple[FreeTimesForm, StaffMoveForm]:
    """Return the choice of free times, and the form about the time."""
    asked = asked_for(request)
    starts_at = booking_choice.parse_start(asked.get("starts_at", ""))
    values = {"provider": str(visit.provider_id)}
    values |= {name: str(asked[name]) for name in ("provider", "day") if name in asked}
    choice = FreeTimesForm(values)
    chosen: dict[str, Any] = {"provider": visit.provider, "day": None}
    if choice.is_valid():
        chosen = dict(choice.cleaned_data)
    if starts_at:
        chosen["day"] = chosen["day"] or starts_at.astimezone(practice_time.zone()).date()
    chosen["soonest"] = SOONEST in asked
    form = StaffMoveForm(request.POST or None, visit=visit, choice=chosen, starts_at=starts_at)
    return choice, form


def _move(request: HttpRequest, visit: Appointment, form: StaffMoveForm) -> Appointment:
    wish = form.wish()
    return staff_booking.move_for_patient(
        visit,
        provider=wish.provider,
        starts_at=wish.starts_at,
        by=workflow_actions.changed_by(request),
        reason=wish.reason,
        beside=wish.beside,
    )


def _both_clocks(visit: Appointment) -> str:
    """Return when the visit is, on our clock and, where it differs, on the patient's."""
    ours = practice_time.zone()
    words = practice_time.format_datetime(visit.starts_at, ours)
    if visit.starts_at.astimezone(ours).utcoffset() == visit.local_start.utcoffset():
        return words
    theirs = practice_time.format_datetime_and_zone(visit.starts_at, visit.zone)
    return _now("%(ours)s; for the patient %(theirs)s") % {"ours": words, "theirs": theirs}


def _back_to(request: HttpRequest, visit: Appointment, text: Any) -> HttpResponse:
    messages.success(request, text)
    return redirect("admin:appointments_appointment_change", visit.pk)

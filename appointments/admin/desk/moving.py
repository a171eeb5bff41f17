"""A card that was dropped elsewhere: asks whether to move the visit there, and moves it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, workflow_actions
from appointments.admin.appointment_actions import visit_or_404
from appointments.admin.desk import scope
from appointments.admin.desk.parts import board_context_of_visit, stepped
from appointments.booking import staff_booking
from appointments.booking.patients import AtTheSameTime
from appointments.booking.rules import NotChangeable, SlotTaken, TimePast
from appointments.booking.staff_booking import NotLicensed, OutsideRules
from appointments.models import Appointment, Provider
from appointments.scheduling import time_zones
from core.staff.audit import disclosures

PART = "admin/desk/_move.html"


class DropForm(forms.Form):
    """Where a card was dropped."""

    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        Provider.objects.all(), widget=forms.HiddenInput
    )
    starts_at = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    tell = forms.BooleanField(label=_("Tell the patient by e-mail"), required=False, initial=True)
    reason = forms.CharField(
        label=_("Why outside the rules"), max_length=200, required=False, help_text=_("For staff.")
    )

    def clean_starts_at(self) -> datetime:
        found: datetime = self.cleaned_data["starts_at"]
        if not 2000 <= found.year <= 2100:
            raise forms.ValidationError(_("No such day."))
        return found


def desk_move_view(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask whether to move the visit to `?provider=` and `?starts_at=`; a POST moves it."""
    scope.require_view(request)
    visit = visit_or_404(model_admin, request, object_id)
    if not workflow_actions.MAY_CHANGE(request, visit):
        raise PermissionDenied
    if request.method != "POST":
        asked = DropForm({**request.GET.dict(), "tell": "on"})
        return _part(request, visit, asked, status=200 if asked.is_valid() else 400)
    form = DropForm(request.POST)
    found = scope.of_key(request.POST.get("scope", ""))
    if form.is_valid() and (moved := _attempt(request, visit, form)):
        model_admin.log_change(request, moved, _now("Moved"))
        messages.success(request, _words(moved, tell=form.cleaned_data["tell"]))
        page = stepped(request, found, moved.pk)
        page["HX-Trigger"] = "desk-changed"
        return page
    return _part(request, visit, form, status=409)


def _attempt(request: HttpRequest, visit: Appointment, form: DropForm) -> Appointment | None:
    """Return the visit as `booking` has moved it; None, with its refusal on the form."""
    data = form.cleaned_data
    try:
        return staff_booking.move_for_patient(
            visit,
            provider=data["provider"],
            starts_at=data["starts_at"],
            by=workflow_actions.changed_by(request),
            reason=data["reason"].strip(),
            tell=data["tell"],
        )
    except NotLicensed:
        form.add_error(None, _("This provider holds no valid license in that state on that day."))
    except OutsideRules:
        text = _("Patients could not book this time (hours, notice or a limit). Please write why.")
        form.add_error("reason", text)
    except AtTheSameTime:
        text = _("The patient has another visit at that time. Choose on the page “Move”.")
        form.add_error(None, text)
    except NotChangeable:
        form.add_error(None, workflow_actions.why_not_moved(visit))
    except TimePast:
        form.add_error(None, _("That time is past."))
    except SlotTaken:
        form.add_error(None, _("Somebody has this time."))
    return None


def _words(visit: Appointment, *, tell: bool) -> str:
    when = practice_time.format_short_datetime(visit.starts_at)
    facts = {"who": visit.patient, "when": when, "provider": visit.provider.name}
    if tell and not visit.email:
        text = _now("%(who)s: %(when)s with %(provider)s. The call list has it.")
    elif tell:
        text = _now("%(who)s: %(when)s with %(provider)s. An e-mail tells the patient.")
    else:
        text = _now("%(who)s: %(when)s with %(provider)s. Nobody has mailed the patient.")
    return text % facts


def _part(request: HttpRequest, visit: Appointment, form: DropForm, *, status: int) -> HttpResponse:
    context = board_context_of_visit(request, visit) | {"form": form} | _target(visit, form)
    page = TemplateResponse(request, PART, context, status=status)
    return disclosures.declare(page, [visit])


def _target(visit: Appointment, form: DropForm) -> dict[str, Any]:
    """Return where it would go, on our clock and on the patient's."""
    starts_at = form.cleaned_data.get("starts_at")
    if not starts_at:
        return {}
    zone, theirs = practice_time.zone(), visit.patient_zone
    ours = practice_time.format_short_datetime(starts_at, zone)
    their = practice_time.format_short_datetime(starts_at, theirs)
    return {
        "target": ours,
        "their_target": "" if their == ours else f"{their} {time_zones.words(visit.zone)}",
        "target_provider": form.cleaned_data.get("provider"),
        "ends": practice_time.format_short_datetime(
            starts_at + timedelta(minutes=visit.minutes), zone
        ),
    }

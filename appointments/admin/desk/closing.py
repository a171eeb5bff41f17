"""A stretch of time that was dragged over: it becomes time off or extra hours, or is booked."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_conflicts, schedule_rights
from appointments.admin.desk import parts, scope
from appointments.models import HoursException, Provider
from appointments.scheduling import availability, time_zones
from appointments.templatetags.appointments import clock
from core.guard.safe_redirect import safe_path
from core.staff.audit import disclosures

PART = "admin/desk/_hours.html"
Kind = HoursException.Kind


class StretchForm(forms.Form):
    """A provider's time from one moment to another, and what is to become of it."""

    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        Provider.objects.all(), widget=forms.HiddenInput
    )
    starts_at = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    ends_at = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    note = forms.CharField(
        label=_("Note"), max_length=100, required=False, help_text=_("For staff only.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_at"), data.get("ends_at")
        if not first or not last or not data.get("provider"):
            return data
        if not first < last or not 2000 <= first.year <= last.year <= 2100:
            raise forms.ValidationError(_("The end must be later than the beginning."))
        if _day(last, data["provider"].zone, ends=True) != _day(first, data["provider"].zone):
            raise forms.ValidationError(
                _("That is two days on the provider’s clock. Use the page of time off.")
            )
        return data

    def exception(self) -> HoursException:
        """Return what is to be saved, on the provider's own clock. Only of a valid form."""
        data, zone = self.cleaned_data, self.cleaned_data["provider"].zone
        day = _day(data["starts_at"], zone)
        return HoursException(
            provider=data["provider"],
            kind=data["kind"],
            first_day=day,
            last_day=day,
            opens=_clock(data["starts_at"], zone),
            closes=_clock(data["ends_at"], zone),
            note=data["note"],
        )


@admin.site.register_page("desk/hours/")  # type: ignore[attr-defined]  # our site: core.staff
def desk_hours(request: HttpRequest) -> HttpResponse:
    """Ask what is to become of a stretch of time; a POST with a kind saves it.

    Booked visits that it disturbs are asked about first, on the page of conflicts.
    """
    scope.require_view(request)
    if request.method != "POST":
        asked = StretchForm(request.GET)
        return _part(request, asked, status=200 if asked.is_valid() else 400)
    if not request.user.has_perm("appointments.add_hoursexception"):
        raise PermissionDenied
    form = StretchForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["kind"]:
        return _part(request, form, status=400)
    who = form.cleaned_data["provider"]
    if not schedule_rights.may_change(request.user, who.pk):
        raise PermissionDenied
    model_admin = admin.site.get_model_admin(HoursException)
    return schedule_conflicts.before_saving(
        model_admin, request, lambda: _save(model_admin, request, form), provider=who.pk
    )


def _save(model_admin: ModelAdmin, request: HttpRequest, form: StretchForm) -> HttpResponse:
    made = form.exception()
    weekly = _weekly_beside(made) if made.kind == Kind.EXTRA_HOURS else []
    for row in (made, *weekly):
        row.save()
        model_admin.log_addition(request, row, [{"added": {}}])
    text = _now("Saved: %(what)s.") % {"what": made}
    messages.success(request, text)
    return redirect(safe_path(request, scope.of_key(request.POST.get("scope", "")).url))


def _weekly_beside(made: HoursException) -> list[HoursException]:
    """Return the hours of that day as extra hours, too: extra hours stand instead of the weekly
    ones, and who opens an hour more does not mean to close the others."""
    day, who = made.first_day, made.provider
    rows = HoursException.objects.filter(provider=who, kind=Kind.EXTRA_HOURS).touching(day, day)
    if who is None or rows.exists():
        return []
    weekly = who.weekly_hours.filter(weekday=day.weekday())
    return [
        HoursException(
            provider=who,
            kind=Kind.EXTRA_HOURS,
            first_day=day,
            last_day=day,
            opens=row.opens,
            closes=row.closes,
            note=_now("As every week"),
        )
        for row in weekly
        if (row.valid_from or day) <= day <= (row.valid_to or day)
    ]


def _part(request: HttpRequest, form: StretchForm, *, status: int) -> HttpResponse:
    asked = request.POST.get("scope") or request.GET.get("scope", "")
    context = parts.board_context(request, scope.of_key(asked)) | {"form": form, "kinds": Kind}
    if form.is_valid():
        context |= _words(form)
        own = schedule_rights.may_change(request.user, form.cleaned_data["provider"].pk)
        context["may_close"] = context["may_close"] and own
    return disclosures.declare_none(TemplateResponse(request, PART, context, status=status))


def _words(form: StretchForm) -> dict[str, Any]:
    data, zone = form.cleaned_data, practice_time.zone()
    first, last, theirs = data["starts_at"], data["ends_at"], data["provider"].zone
    differs = first.astimezone(theirs).utcoffset() != first.astimezone(zone).utcoffset()
    free = availability.open_then([data["provider"]], first, last)
    return {
        "who": data["provider"],
        "when": f"{practice_time.format_short_datetime(first, zone)} – "
        f"{clock(last.astimezone(zone))}",
        "their_when": f"{clock(first.astimezone(theirs))} – {clock(last.astimezone(theirs))} "
        f"{time_zones.words(theirs)}"
        if differs
        else "",
        "is_open": bool(free),
        "starts_at": f"{first.astimezone(zone):%Y-%m-%dT%H:%M:%S%z}",
    }


def _day(when: datetime, zone: ZoneInfo, *, ends: bool = False) -> date:
    local = when.astimezone(zone)
    if ends and local.time() == time(0):
        return date.fromordinal(local.toordinal() - 1)
    return local.date()


def _clock(when: datetime, zone: ZoneInfo) -> time:
    return when.astimezone(zone).time().replace(second=0, microsecond=0)

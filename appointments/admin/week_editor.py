"""The page of a provider's hours: the week, from when it holds, and the time off ahead."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import (
    practice_time,
    schedule_rights,
    two_clocks,
    week_form,
)
from appointments.forms.slots import parse_day
from appointments.models import HoursException, Provider, WeeklyHours
from appointments.scheduling import time_zones, weeks
from core.staff.audit import disclosures

PAGE = "admin/appointments/hours.html"
RIGHT = "appointments.change_weeklyhours"
SHOWN = 12


def hours_view(model_admin: ModelAdmin, request: HttpRequest, provider: int) -> HttpResponse:
    """Return the hours of that provider; a POST saves them, or shows first whom that disturbs."""
    who = Provider.objects.filter(pk=provider).first()
    if who is None:
        raise Http404("No such provider")
    user = request.user
    may_change = user.has_perm(RIGHT) and schedule_rights.may_change(user, who.pk)
    if not (may_change or user.has_perm("appointments.view_weeklyhours")):
        raise PermissionDenied
    if request.method != "POST":
        return _opened(model_admin, request, who, may_change)
    if not may_change:
        raise PermissionDenied
    typed = week_form.changed(week_form.typed_in(request.POST), request.POST)
    if typed is not None:  # nothing is saved yet
        start = week_form.WeekStartForm(request.POST, today=weeks.today_of(who))
        week = week_form.form_of(typed, focus=request.POST.get("more", ""))
        # As it was opened: what a colleague has saved meanwhile is still to be seen.
        opened = request.POST.get("seen", "")
        return _page(model_admin, request, who, start, week, opened=opened)
    return model_admin.show_conflicts_first(  # type: ignore[attr-defined]  # of ProviderAdmin
        request, lambda: _save(model_admin, request, who), provider=who.pk
    )


def _opened(
    model_admin: ModelAdmin, request: HttpRequest, who: Provider, may_change: bool
) -> HttpResponse:
    today = weeks.today_of(who)
    since = max(parse_day(request.GET.get("since", "")) or today, today)
    spans = weeks.spans_on(who.weekly_hours.all(), since)
    start = week_form.WeekStartForm(initial={"since": since}, today=today)
    week = week_form.form_of(week_form.written(spans))
    return _page(model_admin, request, who, start, week, may_change=may_change)


def _save(model_admin: ModelAdmin, request: HttpRequest, who: Provider) -> HttpResponse:
    start = week_form.WeekStartForm(request.POST, today=weeks.today_of(who))
    week = week_form.WeekFormSet(request.POST, prefix=week_form.PREFIX)
    is_stale = request.POST.get("seen") != seen(who)
    if not (start.is_valid() & week.is_valid()) or is_stale:
        return _page(model_admin, request, who, start, week, is_stale=is_stale)
    since = start.cleaned_data["since"]
    until = weeks.replace_week(who, week.spans(), since=since)
    words = _("The hours of %(who)s from %(since)s on are saved.")
    if until:
        words = _("The hours of %(who)s from %(since)s to %(until)s are saved.")
    facts = {"who": who.name, "since": practice_time.format_date(since)}
    words %= facts | {"until": practice_time.format_date(until) if until else ""}
    model_admin.log_change(request, who, words)
    messages.success(request, words)
    return redirect("admin:appointments_provider_change", who.pk)


def _page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    who: Provider,
    start: week_form.WeekStartForm,
    week: week_form.BaseWeekFormSet,
    *,
    may_change: bool = True,
    is_stale: bool = False,
    opened: str | None = None,
) -> HttpResponse:
    ours = practice_time.zone()
    rows = list(who.weekly_hours.all())
    has_errors = start.is_bound and week.is_bound and not (start.is_valid() & week.is_valid())
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Hours of %(who)s") % {"who": who.name},
        "opts": Provider._meta,
        "provider": who,
        "whose": two_clocks.whose(who),
        "ours": ours,
        "ours_words": time_zones.words(ours),
        "start": start,
        "week": week,
        "weekdays": WeeklyHours.Weekday.choices,
        "weeks": _weeks(rows, weeks.today_of(who)),
        "exceptions": _exceptions(who),
        "may_change": may_change,
        "may_close": schedule_rights.may_schedule_everybody(request.user),
        "why_none": "" if may_change else schedule_rights.why_none(request.user),
        "is_stale": is_stale,
        "stands": week_form.summary(weeks.spans_on(rows, weeks.today_of(who))),
        "has_errors": has_errors,
        "seen": seen(who) if opened is None else opened,
        "is_filled_in": opened is not None,
    }
    response = TemplateResponse(request, PAGE, context, status=409 if is_stale else 200)
    return disclosures.declare_none(response)


def _weeks(rows: list[WeeklyHours], today: date) -> list[dict[str, Any]]:
    """Return the week in force and those that are planned, each with its first and last day."""
    starts = [today, *weeks.beginnings(rows, today)]
    ends = [day - timedelta(days=1) for day in starts[1:]]
    return [
        {
            "since": since.isoformat(),
            "begins": practice_time.format_date(since) if since > today else "",
            "ends": practice_time.format_date(until) if until else "",
            "days": week_form.summary(weeks.spans_on(rows, since)),
        }
        for since, until in zip(starts, [*ends, None], strict=True)
    ]


def _exceptions(who: Provider) -> list[dict[str, Any]]:
    """Return the time off and closures ahead, the nearest first."""
    found = HoursException.objects.of([who.pk]).filter(last_day__gte=weeks.today_of(who))
    return [
        {
            "row": row,
            "days": practice_time.format_days(row.first_day, row.last_day),
            "kind": row.get_kind_display() if row.provider_id else _("The clinic is closed"),
            "clocks": _("all day")
            if row.opens is None or row.closes is None
            else two_clocks.of_exception(row, who),
        }
        for row in found.order_by("first_day")[:SHOWN]
    ]


def seen(who: Provider) -> str:
    """Return what tells one state of these hours from another, for a form to bring back."""
    rows = who.weekly_hours.order_by("pk").values_list(
        "pk", "weekday", "opens", "closes", "valid_from", "valid_to"
    )
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]

"""The desk, the board of any day, one provider's week, and what is printed of a day."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.admin.desk import parts, scope
from appointments.admin.desk.scope import Scope
from appointments.forms.slots import parse_day
from appointments.models import Appointment, Provider
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

PAGE = "admin/desk/desk.html"


@admin.site.register_first_page  # type: ignore[attr-defined]  # our site: core.staff
def desk(request: HttpRequest) -> TemplateResponse | None:
    """Return today's board for whoever sees visits: the first page of the admin."""
    if not request.user.has_perm("appointments.view_appointment"):
        return None
    return _page(request, Scope(practice_time.today()))


def today_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Lead to the day of `?day=`, which the field on the page asks for; else to today."""
    day = parse_day(request.GET.get("day", "")) or practice_time.today()
    return redirect("admin:appointments_appointment_day", day.isoformat())


def day_view(model_admin: ModelAdmin, request: HttpRequest, day: str) -> HttpResponse:
    """Return the board of a day of everyone who sees patients."""
    scope.require_view(request)
    return _page(request, scope.of_day(day))


def this_week_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Lead to the week of `?day=` and `?provider=`; else to this one, of whoever comes first."""
    day = parse_day(request.GET.get("day", "")) or practice_time.today()
    pk = parse_key(request.GET.get("provider"))
    if not pk:
        first = Provider.objects.active().first()
        if first is None:
            raise Http404("No provider")
        pk = first.pk
    return redirect("admin:appointments_appointment_week", pk, day.isoformat())


def week_view(
    model_admin: ModelAdmin, request: HttpRequest, provider: int, day: str
) -> HttpResponse:
    """Return the seven days of a provider, from Monday on."""
    scope.require_view(request)
    return _page(request, scope.of_week(provider, day))


def print_view(model_admin: ModelAdmin, request: HttpRequest, day: str) -> HttpResponse:
    """Return the day on paper: a page for each provider who has a visit."""
    scope.require_view(request)
    found = scope.of_day(day)
    laid_out = parts.show(request, found).board
    context = admin.site.each_context(request) | {
        "title": _("Visits of %(day)s") % {"day": practice_time.format_date(found.day)},
        "columns": [column for column in laid_out.columns if column.visits],
        "day": found.day,
        "day_words": practice_time.format_date(found.day),
        "back": found.url,
    }
    page = TemplateResponse(request, "admin/desk/print.html", context)
    return disclosures.declare(page, laid_out.visits)


def _page(request: HttpRequest, found: Scope) -> TemplateResponse:
    laid_out, lists, now = parts.show(request, found)
    context = admin.site.each_context(request) | parts.board_context(request, found)
    context |= {
        "board": laid_out,
        "attention": lists,
        "title": _title(found),
        "now": clock(now.astimezone(practice_time.zone())),
        "now_seconds": int(now.timestamp()),
        "is_today": practice_time.today() in found.days,
        "opts": Appointment._meta,
    }
    context |= _around(found)
    return disclosures.declare(TemplateResponse(request, PAGE, context), laid_out.visits)


def _title(found: Scope) -> str:
    if found.provider:
        return _("Week of %(who)s") % {"who": found.provider.name}
    return practice_time.format_date(found.day)


def _around(found: Scope) -> dict[str, Any]:
    """Return the links to the days or weeks before and after, and to the other kind of board."""
    step = timedelta(days=len(found.days))
    back, on = (Scope(found.day + by, found.provider).url for by in (-step, step))
    who = found.provider
    return {
        "previous": back,
        "next": on,
        "providers": found.others,
        "zone_words": time_zones.words(who.time_zone)
        if who and who.zone != practice_time.zone()
        else "",
        "first_and_last": " – ".join(
            practice_time.format_date(day) for day in (found.days[0], found.days[-1])
        ),
    }

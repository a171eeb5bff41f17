"""Everyone's day side by side, and today's count on the first page."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import day_schedule, practice_time
from appointments.forms.slots import parse_day
from appointments.models import Appointment
from core.staff.audit import disclosures

DAY = timedelta(days=1)


def today_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Lead to the day of `?day=`, which the field on the page asks for; else to today."""
    day = parse_day(request.GET.get("day", "")) or practice_time.today()
    return redirect("admin:appointments_appointment_day", day.isoformat())


def day_view(model_admin: ModelAdmin, request: HttpRequest, day: str) -> HttpResponse:
    """Return the day of everyone who sees patients, side by side."""
    chosen = require_day(request, day)
    columns = day_schedule.columns([chosen])
    context = schedule_context(model_admin, request, columns) | {
        "title": _("Visits by provider"),
        "subtitle": practice_time.format_date(chosen),
        "day": chosen,
        "previous": (chosen - DAY).isoformat(),
        "next": (chosen + DAY).isoformat(),
    }
    return schedule_page("day", request, context)


def require_day(request: HttpRequest, text: str) -> date:
    """Return the day of a page that shows visits. Raises PermissionDenied, or Http404."""
    if not request.user.has_perm("appointments.view_appointment"):
        raise PermissionDenied
    day = parse_day(text)
    if day is None or not 2000 <= day.year <= 2100:
        raise Http404("No such day")
    return day


def schedule_page(name: str, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Return the page with this context, which says whose visits it shows."""
    response = TemplateResponse(request, f"admin/appointments/{name}.html", context)
    visits = [entry.visit for column in context["columns"] for entry in column.entries]
    return disclosures.declare(response, visits)


def schedule_context(
    model_admin: ModelAdmin, request: HttpRequest, columns: list[day_schedule.Column]
) -> dict[str, Any]:
    return model_admin.admin_site.each_context(request) | {
        "opts": Appointment._meta,
        "columns": columns,
        "today": practice_time.today(),
    }


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: core.staff
def today(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say how many visits each provider has today, and the first. It names no patient."""
    if not request.user.has_perm("appointments.view_appointment"):
        return None
    zone, day = practice_time.zone(), practice_time.today()
    visits = Appointment.objects.filter(
        status__in=day_schedule.SHOWN,
        starts_at__gte=practice_time.midnight(day, zone),
        starts_at__lt=practice_time.midnight(day + DAY, zone),
    )
    counts = visits.order_by("provider__name").values("provider_id", "provider__name")
    rows = counts.annotate(visits=Count("pk"), first=Min("starts_at"))
    context = {"day": day, "words": practice_time.format_date(day), "rows": rows, "records": ()}
    return "admin/appointments/_today_panel.html", context

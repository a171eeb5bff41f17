"""Two links in the menu of a clinician: their own week, and their own hours."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_rights
from core.staff.audit import disclosures

RIGHT = "appointments.change_weeklyhours"


@admin.site.register_page("my-week/")  # type: ignore[attr-defined]  # our site: core.staff
def my_week(request: HttpRequest) -> HttpResponse:
    """Lead to this week of the provider whose account this is."""
    return _to_own(request, "appointment_week", practice_time.today().isoformat())


@admin.site.register_page("my-hours/")  # type: ignore[attr-defined]  # our site: core.staff
def my_hours(request: HttpRequest) -> HttpResponse:
    """Lead to the hours of the provider whose account this is."""
    return _to_own(request, "provider_hours")


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def my_week_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to one's own week."""
    return ("my_week", _("My week")) if _keeps_own_hours(request) else None


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def my_hours_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to one's own hours."""
    return ("my_hours", _("My hours")) if _keeps_own_hours(request) else None


def _keeps_own_hours(request: HttpRequest) -> bool:
    """Whether their role has hours of its own. It asks no database: it stands on every page."""
    user = request.user
    return user.has_perm(RIGHT) and not schedule_rights.may_schedule_everybody(user)


def _to_own(request: HttpRequest, page: str, *where: str) -> HttpResponse:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    own = schedule_rights.own_provider(request.user)
    if own is None:
        messages.warning(request, schedule_rights.why_none(request.user))
        return disclosures.declare_none(redirect("admin:index"))
    return disclosures.declare_none(redirect(f"admin:appointments_{page}", own.pk, *where))

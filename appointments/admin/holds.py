"""Holds that keep a time now: who waits for what, and giving one back."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, workflow_actions
from appointments.booking import holds, visits
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment, Status
from appointments.templatetags.appointments import clock
from core.database import database_time
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

SHOWN = 200


def holds_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """List the holds; a POST with `release` gives that hold's time back at once."""
    if not request.user.has_perm("appointments.view_appointment"):
        raise PermissionDenied
    if request.method == "POST":
        return _release(admin, request)
    zone, now = practice_time.zone(), database_time.now()
    live = Appointment.objects.filter(status=Status.HELD, held_until__gt=now)
    shown = live.select_related("provider", "service").order_by("held_until")[:SHOWN]
    rows = [
        (
            hold,
            practice_time.format_short_datetime(hold.starts_at, zone),
            clock(hold.held_until.astimezone(zone)),
        )
        for hold in shown
        if hold.held_until
    ]
    context: dict[str, Any] = admin.admin_site.each_context(request) | {
        "title": _("Times held now"),
        "opts": Appointment._meta,
        "rows": rows,
        "count": live.count(),
        "may_release": request.user.has_perm("appointments.change_appointment"),
    }
    response = TemplateResponse(request, "admin/appointments/holds.html", context)
    return disclosures.declare(response, [hold for hold, *_words in rows])


def _give_back(hold: Appointment, by: str) -> bool:
    """Give back a hold, or a visit that waits for the link in its mail. Whether it was one."""
    if not hold.waits_for_the_patient:
        return holds.release(hold, by=by)
    try:
        visits.cancel(hold, by=by)
    except NotChangeable:
        return False
    return True


def _release(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    hold = Appointment.objects.filter(pk=parse_key(request.POST.get("release"))).first()
    if hold and _give_back(hold, workflow_actions.changed_by(request)):
        admin.log_change(request, hold, "Released")
        messages.success(request, _("The time is free again."))
    else:
        messages.warning(request, _("This hold is over: it was booked, given back or has run out."))
    return redirect("admin:appointments_appointment_holds")

"""The patient's own page, reached by its private link: see, calendar file, move, cancel."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import availability, booking, links
from appointments.calendar_file import Method, calendar_file
from appointments.forms import CancelForm, SlotForm
from appointments.models import Appointment, Status
from appointments.views.choosing import picker_context
from appointments.views.private import private, too_many, within_limit
from curednation.practice.models import Practice

JOIN_OPENS = timedelta(minutes=10)


def _visit_or_404(token: str) -> Appointment:
    appointment = links.find(token)
    if appointment is None:
        raise Http404("No such visit")
    return appointment


def can_change(appointment: Appointment) -> bool:
    return appointment.status == Status.BOOKED and appointment.starts_at > timezone.now()


@require_GET
@private
def visit(request: HttpRequest, token: str) -> HttpResponse:
    appointment = _visit_or_404(token)
    now = timezone.now()
    on_its_way = appointment.is_live and now < appointment.ends_at
    context = {
        "appointment": appointment,
        "token": token,
        "today": now.astimezone(appointment.patient_zone).date(),
        "now": now,
        "can_change": can_change(appointment),
        "on_its_way": on_its_way,
        "join_open": on_its_way and now >= appointment.starts_at - JOIN_OPENS,
        "minutes_to_start": int((appointment.starts_at - now).total_seconds() // 60),
        "just": request.GET.get("just", ""),
    }
    return render(request, "appointments/visit.html", context)


@require_GET
@private
def calendar_download(request: HttpRequest, token: str) -> HttpResponse:
    appointment = _visit_or_404(token)
    response = HttpResponse(
        calendar_file(appointment, Method.PUBLISH, Practice.current()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@require_http_methods(["GET", "POST"])
@private
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    appointment = _visit_or_404(token)
    form = CancelForm(request.POST or None)
    if not can_change(appointment):
        return redirect(links.page(appointment))
    if request.method == "POST" and form.is_valid():
        if not within_limit(request, "changes"):
            return too_many(request)
        try:
            booking.cancel(appointment, reason=form.cleaned_data["reason"])
        except booking.NotChangeable:
            return redirect(links.page(appointment))
        return redirect(links.page(appointment))
    context = {"appointment": appointment, "form": form, "token": token}
    return render(request, "appointments/cancel.html", context)


@require_http_methods(["GET", "POST"])
@private
def move(request: HttpRequest, token: str) -> HttpResponse:
    appointment = _visit_or_404(token)
    if not can_change(appointment):
        return redirect(links.page(appointment))
    if request.method == "GET":
        return render(request, "appointments/move.html", _times(request, appointment, token))
    form = SlotForm(request.POST)
    if not form.is_valid():
        context = _times(request, appointment, token)
        context["error"] = _("Please choose one of the times.")
        return render(request, "appointments/move.html", context, status=400)
    if not within_limit(request, "changes"):
        return too_many(request)
    return _move(request, appointment, token, form)


def _move(
    request: HttpRequest, appointment: Appointment, token: str, form: SlotForm
) -> HttpResponse:
    starts_at = form.cleaned_data["slot"]
    grid = _grid(appointment)
    slug = request.POST.get("with", "")
    provider = next((who for who in grid.providers if who.slug == slug), None)
    try:
        moved = booking.move(appointment, provider=provider, starts_at=starts_at)
    except booking.NotChangeable:
        return redirect(links.page(appointment))
    except booking.SlotTaken as error:
        zone = appointment.patient_zone
        context = {
            "appointment": appointment,
            "service": appointment.service,
            "state": appointment.place,
            "starts": starts_at.astimezone(zone),
            "nearest": [(slot, slot.starts_at.astimezone(zone)) for slot in error.nearest],
            "zone": str(zone),
            "action": links.page(appointment, "move"),
        }
        return render(request, "appointments/taken.html", context, status=409)
    return redirect(links.page(moved) + "?just=moved")


@require_GET
@private
def move_fragment(request: HttpRequest, token: str) -> HttpResponse:
    appointment = _visit_or_404(token)
    return render(request, "appointments/_times.html", _times(request, appointment, token))


def _grid(appointment: Appointment) -> availability.Grid:
    return availability.grid(appointment.service, appointment.state, moving=appointment)


def _times(request: HttpRequest, appointment: Appointment, token: str) -> dict:
    context = picker_context(
        request,
        _grid(appointment),
        appointment.place,
        appointment.service,
        now=timezone.now(),
        page=links.page(appointment, "move"),
        fragment=links.page(appointment, "move_fragment"),
        zone=appointment.patient_zone,
    )
    return context | {"appointment": appointment, "token": token}

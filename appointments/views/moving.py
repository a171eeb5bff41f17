"""Moving a visit, by the rules of booking. The old time stays until a new one is set."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from appointments import booking, links
from appointments.forms import SlotForm
from appointments.models import Appointment
from appointments.views.choosing import bookable_provider, picker_context, shown_grid
from appointments.views.refusing import too_many, within_limit
from appointments.views.taken import taken
from appointments.views.visit import can_change, of_visit


@require_http_methods(["GET", "POST"])
@of_visit
def move(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    if not can_change(appointment):
        return redirect(links.page(appointment))
    context = _times(request, appointment, token)
    if request.method == "GET":
        return render(request, "appointments/move.html", context)
    form = SlotForm(request.POST)
    if not form.is_valid():
        context["error"] = _("Please choose one of the times.")
        return render(request, "appointments/move.html", context, status=400)
    if not within_limit(request, "changes"):
        return too_many(request)
    return _move(request, appointment, form)


def _move(request: HttpRequest, appointment: Appointment, form: SlotForm) -> HttpResponse:
    starts_at = form.cleaned_data["slot"]
    provider = bookable_provider(request, appointment.service, appointment.state)
    try:
        moved = booking.move(appointment, provider=provider, starts_at=starts_at)
    except booking.NotChangeable:
        return redirect(links.page(appointment))
    except booking.SlotTaken as error:
        return taken(
            request,
            appointment.service,
            appointment.place,
            starts_at,
            error.nearest,
            zone=appointment.patient_zone,
            action=links.page(appointment, "move"),
        )
    return redirect(links.page(moved) + "?just=moved")


@require_GET
@of_visit
def move_fragment(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    return render(request, "appointments/_times.html", _times(request, appointment, token))


def _times(request: HttpRequest, appointment: Appointment, token: str) -> dict:
    now = timezone.now()
    context = picker_context(
        request,
        shown_grid(request, appointment.service, appointment.state, now, moving=appointment),
        appointment.place,
        appointment.service,
        now=now,
        page=links.page(appointment, "move"),
        fragment=links.page(appointment, "move_fragment"),
        zone=appointment.patient_zone,
    )
    return context | {"appointment": appointment, "token": token}

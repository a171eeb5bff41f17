"""Moving a visit, by the rules of booking. The old time stays until a new one is set."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking
from appointments.forms.booking import SlotForm
from appointments.links import Purpose, VisitLink
from appointments.views.appointment import can_change, of_visit
from appointments.views.choose_slot import picker_context, shown_grid
from appointments.views.rate_limited import refusal
from appointments.views.requested_service import bookable_provider, is_gone, lead_to
from appointments.views.slot_taken import crowded, taken
from core.validation.primary_keys import parse_keys


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit(Purpose.VISIT)
def move(request: HttpRequest, link: VisitLink) -> HttpResponse:
    if not can_change(link):
        return redirect(link.page())
    context = _times(request, link)
    if request.method != "POST":
        return render(request, "appointments/move.html", context)
    form = SlotForm(request.POST)
    if not form.is_valid():
        context["error"] = _("Please choose one of the times.")
        return render(request, "appointments/move.html", context, status=400)
    refused = refusal(request, "changes")
    if refused:
        return refused
    return _move(request, link, form)


def _move(request: HttpRequest, link: VisitLink, form: SlotForm) -> HttpResponse:
    appointment, starts_at = link.appointment, form.cleaned_data["slot"]
    service, state = appointment.service, appointment.state
    provider = bookable_provider(request, service, state)
    if is_gone(request, provider):
        nearest = booking.nearest_slots(service, state, starts_at)
        return taken(
            request,
            service,
            appointment.place,
            starts_at,
            nearest,
            zone=appointment.patient_zone,
            action=link.page("move"),
            closed=True,
        )
    seen = parse_keys(request.POST.getlist("beside"))
    try:
        moved = booking.move(
            appointment,
            provider=provider,
            starts_at=starts_at,
            proved=link.mailed,
            beside=seen if link.mailed else None,
        )
    except booking.AtTheSameTime as error:
        context = _times(request, link) | {"beside": error.visits, "starts_at": starts_at}
        return render(request, "appointments/move.html", context, status=409)
    except booking.NotChangeable:
        return redirect(link.page())
    except booking.SlotTaken as error:
        page: Callable[..., HttpResponse] = crowded
        if not isinstance(error, booking.OnlyWithProof):
            page = partial(taken, closed=isinstance(error, booking.TimeClosed))
        return page(
            request,
            service,
            appointment.place,
            starts_at,
            error.nearest,
            zone=appointment.patient_zone,
            action=link.page("move"),
        )
    just = "kept" if moved.sequence == appointment.sequence else "moved"
    return redirect(f"{link.page()}?just={just}")


@require_safe
@of_visit(Purpose.VISIT)
def move_fragment(request: HttpRequest, link: VisitLink) -> HttpResponse:
    if not can_change(link):
        return lead_to(link.page())
    return render(request, "appointments/_times_swapped.html", _times(request, link))


def _times(request: HttpRequest, link: VisitLink) -> dict:
    appointment, now = link.appointment, timezone.now()
    context = picker_context(
        request,
        shown_grid(request, appointment.service, appointment.state, now, moving=appointment),
        appointment.place,
        appointment.service,
        now=now,
        page=link.page("move"),
        fragment=link.page("move_fragment"),
        zone=appointment.patient_zone,
    )
    return context | {"appointment": appointment, "token": link.token}

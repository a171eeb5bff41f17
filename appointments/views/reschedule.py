"""Moving a visit, by the rules of booking. The old time stays until a new one is set."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.booking import moves, rules
from appointments.booking.patients import AtTheSameTime
from appointments.booking.rules import NotChangeable, SlotTaken, TimeClosed
from appointments.forms.slots import SlotForm
from appointments.links import Purpose, VisitLink
from appointments.views.appointment import can_change, visit_link_required
from appointments.views.choose_slot import shown_grid, times_context
from appointments.views.requested_service import (
    bookable_provider,
    redirect_fragment,
    requested_provider_is_gone,
)
from appointments.views.slot_taken import slot_taken
from core.database import database_time
from core.guard.limit_pages import limit_page
from core.validation.primary_keys import parse_keys


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.VISIT)
def reschedule(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Show the times that a visit can be moved to; a POST moves it to the chosen one."""
    if not can_change(link):
        return redirect(link.page())
    context = _times(request, link)
    if request.method != "POST":
        return render(request, "appointments/reschedule.html", context)
    form = SlotForm(request.POST)
    if not form.is_valid():
        context["error"] = _("Please choose one of the times.")
        return render(request, "appointments/reschedule.html", context, status=400)
    refused = limit_page(request, "changes")
    if refused:
        return refused
    return _move(request, link, form)


def _move(request: HttpRequest, link: VisitLink, form: SlotForm) -> HttpResponse:
    appointment, starts_at = link.appointment, form.cleaned_data["slot"]
    service, state = appointment.service, appointment.state
    provider = bookable_provider(request, service, state)
    if requested_provider_is_gone(request, provider):
        nearest = rules.nearest_slots(service, state, starts_at)
        return _slot_taken(request, link, starts_at, TimeClosed(nearest))
    seen = parse_keys(request.POST.getlist("beside"))
    try:
        moved = moves.move(
            appointment,
            provider=provider,
            starts_at=starts_at,
            proved=link.proves_address,
            beside=seen if link.proved else None,
        )
    except AtTheSameTime as error:
        context = _times(request, link) | {"beside": error.visits, "starts_at": starts_at}
        return render(request, "appointments/reschedule.html", context, status=409)
    except NotChangeable:
        return redirect(link.page())
    except SlotTaken as error:
        return _slot_taken(request, link, starts_at, error)
    just = "kept" if moved.sequence == appointment.sequence else "moved"
    return redirect(f"{link.page()}?just={just}")


def _slot_taken(
    request: HttpRequest, link: VisitLink, starts_at: datetime, error: SlotTaken
) -> HttpResponse:
    visit = link.appointment
    return slot_taken(
        request,
        visit.service,
        visit.place,
        starts_at,
        error,
        zone=visit.patient_zone,
        action=link.page("reschedule"),
    )


@require_safe
@visit_link_required(Purpose.VISIT)
def times_fragment(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return the part of the page that changes with the day and the provider, for htmx."""
    if not can_change(link):
        return redirect_fragment(link.page())
    return render(request, "appointments/_times_fragment.html", _times(request, link))


def _times(request: HttpRequest, link: VisitLink) -> dict:
    appointment, now = link.appointment, database_time.now()
    context = times_context(
        request,
        shown_grid(request, appointment.service, appointment.state, now, moving=appointment),
        appointment.place,
        appointment.service,
        now=now,
        page=link.page("reschedule"),
        fragment=link.page("reschedule_fragment"),
        zone=appointment.patient_zone,
    )
    return context | {"appointment": appointment, "link": link}

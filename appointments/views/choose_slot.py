"""Booking up to the time: state, service, time. Each step has its own address and works as HTML."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import cookies
from appointments.booking import returning_patient, rules
from appointments.booking.rules import TimeClosed
from appointments.forms.slots import SlotForm, parse_day
from appointments.models import Appointment, Service
from appointments.scheduling import availability, bookable_services, time_zones
from appointments.scheduling.slot_calendar import SlotCalendar
from appointments.scheduling.states import STATES, State
from appointments.views.details import details_page, details_path, release_own_hold
from appointments.views.email_proof import ask_for_proof, email_proof_in
from appointments.views.hold_slot import WantedTime, hold_time, typed_details
from appointments.views.requested_service import (
    CLOSED,
    bookable_provider,
    closed_service_path,
    offered_with,
    provider_of_address,
    redirect_fragment,
    requested_provider,
    requested_provider_is_gone,
    service_required,
    with_query,
)
from appointments.views.slot_taken import carried_details, slot_taken
from appointments.views.time_zone import other_clock, show_chosen_zone, shown_zone
from core.database import database_time
from core.guard.no_store import no_store, no_store_but_found


@require_safe
@no_store_but_found
def choose_state(request: HttpRequest) -> HttpResponse:
    """Ask in which state the patient will be. An address may say so itself: `?state=TN`."""
    now = database_time.now()
    provider, states = offered_with(
        request, lambda provider: bookable_services.served_states(now, provider)
    )
    answer = request.GET.get("state")
    if answer == "other":
        return redirect("appointments:state_not_served")
    if answer in {state.code for state in states}:
        path = reverse("appointments:choose_service", args=[STATES[answer]])
        return redirect(path + with_query(provider))
    return render(
        request,
        "appointments/choose_state.html",
        {
            "states": states,
            "provider": provider,
            "with_query": with_query(provider),
            "provider_gone": requested_provider_is_gone(request, provider),
            "error": _("Please choose a state from the list.") if "state" in request.GET else "",
            "zone_known": cookies.zone_of(request) is not None,
        },
        status=400 if answer else 200,
    )


@require_safe
@no_store
def state_not_served(request: HttpRequest) -> HttpResponse:
    """Say that no provider of ours may treat there, and who can help instead."""
    states = bookable_services.served_states(database_time.now())
    return render(request, "appointments/state_not_served.html", {"states": states})


@require_safe
@no_store
def choose_service(request: HttpRequest, state: State) -> HttpResponse:
    """Ask which kind of visit."""
    now = database_time.now()
    provider, services = offered_with(
        request, lambda provider: bookable_services.services_in(state, now, provider)
    )
    answer, is_closed = request.GET.get("service"), CLOSED in request.GET
    if answer in {service.slug for service in services}:
        path = reverse("appointments:choose_time", args=[state, answer])
        return redirect(path + with_query(provider))
    asked = answer is not None and not is_closed
    return render(
        request,
        "appointments/choose_service.html",
        {
            "state": state,
            "services": services,
            "provider": provider,
            "with_query": with_query(provider),
            "provider_gone": requested_provider_is_gone(request, provider),
            "is_closed": is_closed,
            "error": _("Please choose the kind of visit.") if asked else "",
        },
        status=400 if answer else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@service_required
def choose_time(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Show the times; a POST holds the chosen one."""
    if returning_patient.is_missing(service, email_proof_in(request)):
        return ask_for_proof(state, service, provider_of_address(request))
    if request.method != "POST":
        return render(request, "appointments/choose_time.html", _times(request, state, service))
    if "slot" not in request.POST and "show" in request.POST:
        return show_chosen_zone(request, lambda: _in_other_zone(request, state, service))
    if "slot" not in request.POST and ("release" in request.POST or carried_details(request)):
        return _other_times(request, state, service)
    form = SlotForm(request.POST)
    if not form.is_valid():
        context = _times(request, state, service) | {"error": _("Please choose one of the times.")}
        context["typed"] = carried_details(request)
        return render(request, "appointments/choose_time.html", context, status=400)
    return _hold(request, state, service, form.cleaned_data["slot"])


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def times_fragment(request: HttpRequest, state: State, service: str) -> HttpResponse:
    """Return the part of the time page that changes with day, provider and zone, for htmx.

    A POST chooses the zone.
    """
    offered = get_object_or_404(Service, slug=service)
    if not offered.active:
        return redirect_fragment(closed_service_path(request, state))
    return show_chosen_zone(request, lambda: _fragment(request, state, offered))


def _fragment(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    return render(request, "appointments/_times_fragment.html", _times(request, state, service))


def _hold(
    request: HttpRequest, state: State, service: Service, starts_at: datetime
) -> HttpResponse:
    """Hold the time and return the details page, with what was typed before."""
    key = cookies.key_of(request) or cookies.new_key()
    provider = bookable_provider(request, service, state.code)
    if requested_provider_is_gone(request, provider):
        error = TimeClosed(rules.nearest_slots(service, state.code, starts_at))
        return slot_taken(request, service, state, starts_at, error)
    typed = carried_details(request)
    wanted = WantedTime(service, state, starts_at, provider)
    hold = hold_time(request, wanted, key, typed)
    if isinstance(hold, HttpResponse):
        return hold
    page = details_page(request, hold, initial=typed) if typed else None
    response = page or redirect(details_path(hold))
    cookies.remember(response, key)
    return response


def _other_times(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Return the times once more, with what was typed on the details page that was left."""
    release_own_hold(request, request.POST.get("release", ""))
    context = _times(request, state, service) | {
        "typed": typed_details(request) or carried_details(request)
    }
    return render(request, "appointments/choose_time.html", context)


def _in_other_zone(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Show the same day once more, with what was typed on the details page that was left."""
    if carried_details(request):
        return _other_times(request, state, service)
    slot_calendar = _times(request, state, service)["slot_calendar"]
    return redirect(slot_calendar.page + slot_calendar.here)


def _times(request: HttpRequest, state: State, service: Service) -> dict:
    page = reverse("appointments:choose_time", args=[state, service.slug])
    fragment = reverse("appointments:times_fragment", args=[state, service.slug])
    now = database_time.now()
    grid = shown_grid(request, service, state.code, now)
    found = times_context(request, grid, state, service, now=now, page=page, fragment=fragment)
    return found | {"with_query": with_query(requested_provider(request, grid.providers))}


def shown_grid(
    request: HttpRequest,
    service: Service,
    state: str,
    now: datetime,
    moving: Appointment | None = None,
) -> availability.Grid:
    """Return the times up to the end of the month that is shown; all, where that has none."""
    asked = parse_day(_asked_day(request)) or now.date()
    day = min(asked, now.date() + timedelta(days=service.horizon_days))
    month_end = (day.replace(day=28) + timedelta(days=11)).replace(day=7)
    last = max(datetime.combine(month_end, time(12), UTC), now + timedelta(days=14))
    grid = availability.grid(service, state, last=last, now=now, moving=moving)
    if grid.of(requested_provider(request, grid.providers)):
        return grid
    return availability.grid(service, state, now=now, moving=moving)


def times_context(
    request: HttpRequest,
    grid: availability.Grid,
    state: State,
    service: Service,
    *,
    now: datetime,
    page: str,
    fragment: str,
    zone: ZoneInfo | None = None,
) -> dict:
    """Return what the time page shows, for booking and for moving."""
    asked = _asked_day(request)
    day = parse_day(asked)
    zone = zone or shown_zone(request, state)
    today = now.astimezone(zone).date()
    in_reach = day and today <= day <= today + timedelta(days=service.horizon_days + 1)
    provider = requested_provider(request, grid.providers)
    slot_calendar = SlotCalendar(
        grid,
        zone=zone,
        now=now,
        page=page,
        fragment=fragment,
        provider=provider,
        day=day if in_reach else None,
        horizon=now + timedelta(days=service.horizon_days),
    )
    return {
        "state": state,
        "service": service,
        "slot_calendar": slot_calendar,
        "zone": str(zone),
        "other_clock": other_clock(request, state, zone),
        "zone_known": cookies.zone_of(request) is not None,
        "zone_choices": time_zones.choices(str(zone)),
        "places": next((r.places for r in state.regions if r.zone == str(zone)), ""),
        "day_refused": bool(asked) and not in_reach,
        "provider_gone": requested_provider_is_gone(request, provider),
    }


def _asked_day(request: HttpRequest) -> str:
    return request.POST.get("day") or request.GET.get("day", "")

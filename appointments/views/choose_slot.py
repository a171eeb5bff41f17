"""Booking up to the time: state, service, time. Each step has its own address and works as HTML."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, cookies
from appointments.booking import returning_patient
from appointments.forms.booking import SlotForm, parse_day
from appointments.models import Appointment, Service
from appointments.scheduling import availability, bookable_services, time_zones
from appointments.scheduling.slot_calendar import Picker
from appointments.scheduling.states import STATES, State
from appointments.views.details import details_address, details_page, give_back
from appointments.views.email_proof import proof_of
from appointments.views.hold_slot import Wish, take, typed_in
from appointments.views.requested_service import (
    CLOSED,
    asked_provider,
    bookable_provider,
    is_gone,
    lead_to,
    of_service,
    services_instead,
)
from appointments.views.slot_taken import taken, typed_before
from appointments.views.time_zone import elsewhere as other_clock
from appointments.views.time_zone import shown_zone
from core.guard.no_store import no_store


@require_safe
@no_store
def choose_state(request: HttpRequest) -> HttpResponse:
    states = bookable_services.served_states(timezone.now())
    answer = request.GET.get("state")
    if answer == "other":
        return redirect("appointments:elsewhere")
    if answer in {state.code for state in states}:
        return redirect("appointments:service", STATES[answer])
    return render(
        request,
        "appointments/state.html",
        {
            "states": states,
            "error": _("Please choose a state from the list.") if request.GET else "",
            "zone_known": cookies.zone_of(request) is not None,
        },
        status=400 if answer else 200,
    )


@require_safe
@no_store
def elsewhere(request: HttpRequest) -> HttpResponse:
    """No provider of ours may treat there: who can help instead."""
    return render(request, "appointments/elsewhere.html")


@require_safe
@no_store
def choose_service(request: HttpRequest, state: State) -> HttpResponse:
    services = bookable_services.services_in(state, timezone.now())
    answer, is_closed = request.GET.get("service"), CLOSED in request.GET
    if answer in {service.slug for service in services}:
        return redirect("appointments:times", state, answer)
    return render(
        request,
        "appointments/service.html",
        {
            "state": state,
            "services": services,
            "is_closed": is_closed,
            "error": _("Please choose the kind of visit.") if request.GET and not is_closed else "",
        },
        status=400 if answer else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@of_service
def choose_time(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    if returning_patient.is_missing(service, proof_of(request)):
        return redirect("appointments:proof", state, service.slug)
    if request.method != "POST":
        return render(request, "appointments/times.html", _times(request, state, service))
    if "slot" not in request.POST and ("release" in request.POST or typed_before(request)):
        return _other_times(request, state, service)
    form = SlotForm(request.POST)
    if not form.is_valid():
        context = _times(request, state, service) | {"error": _("Please choose one of the times.")}
        context["typed"] = typed_before(request)
        return render(request, "appointments/times.html", context, status=400)
    return _take(request, state, service, form.cleaned_data["slot"])


@require_safe
@no_store
def times_fragment(request: HttpRequest, state: State, service: str) -> HttpResponse:
    """The part of the time page that changes with the day and the provider, for htmx."""
    offered = get_object_or_404(Service, slug=service)
    if not offered.active:
        return lead_to(services_instead(state))
    return render(request, "appointments/_times_swapped.html", _times(request, state, offered))


def _take(
    request: HttpRequest, state: State, service: Service, starts_at: datetime
) -> HttpResponse:
    """Take the time; the details page, with what was typed before another time was taken."""
    key = cookies.key_of(request) or cookies.new_key()
    provider = bookable_provider(request, service, state.code)
    if is_gone(request, provider):
        nearest = booking.nearest_slots(service, state.code, starts_at)
        return taken(request, service, state, starts_at, nearest, closed=True)
    typed = typed_before(request)
    wish = Wish(service, state, starts_at, provider)
    hold = take(request, wish, key, typed)
    if isinstance(hold, HttpResponse):
        return hold
    if typed:
        response = details_page(request, hold, initial=typed)
    else:
        response = redirect(details_address(hold))
    cookies.remember(response, key)
    return response


def _other_times(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """The times once more, with what was typed on the details page that was left for them."""
    give_back(request, request.POST.get("release", ""))
    context = _times(request, state, service) | {
        "typed": typed_in(request) or typed_before(request)
    }
    return render(request, "appointments/times.html", context)


def _times(request: HttpRequest, state: State, service: Service) -> dict:
    page = reverse("appointments:times", args=[state, service.slug])
    fragment = reverse("appointments:times_fragment", args=[state, service.slug])
    now = timezone.now()
    grid = shown_grid(request, service, state.code, now)
    return picker_context(request, grid, state, service, now=now, page=page, fragment=fragment)


def shown_grid(
    request: HttpRequest,
    service: Service,
    state: str,
    now: datetime,
    moving: Appointment | None = None,
) -> availability.Grid:
    """The times up to the end of the month that is shown; all there are, where that has none."""
    asked = parse_day(_asked_day(request)) or now.date()
    day = min(asked, now.date() + timedelta(days=service.horizon_days))
    month_end = (day.replace(day=28) + timedelta(days=11)).replace(day=7)
    last = max(datetime.combine(month_end, time(12), UTC), now + timedelta(days=14))
    grid = availability.grid(service, state, last=last, now=now, moving=moving)
    if grid.of(asked_provider(request, grid.providers)):
        return grid
    return availability.grid(service, state, now=now, moving=moving)


def picker_context(
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
    """What the time page shows, for booking and for moving."""
    asked = _asked_day(request)
    day = parse_day(asked)
    zone = zone or shown_zone(request, state)
    today = now.astimezone(zone).date()
    in_reach = day and today <= day <= today + timedelta(days=service.horizon_days + 1)
    provider = asked_provider(request, grid.providers)
    picker = Picker(
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
        "picker": picker,
        "zone": str(zone),
        "elsewhere": other_clock(request, state, zone),
        "zone_known": cookies.zone_of(request) is not None,
        "zone_choices": time_zones.choices(str(zone)),
        "places": next((r.places for r in state.regions if r.zone == str(zone)), ""),
        "day_refused": bool(asked) and not in_reach,
        "provider_gone": is_gone(request, provider),
    }


def _asked_day(request: HttpRequest) -> str:
    return request.POST.get("day") or request.GET.get("day", "")

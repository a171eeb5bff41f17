"""The page of who did not get a time: others close by, and nothing that was typed is lost."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from appointments.booking.rules import OnlyWithProof, SlotTaken, TimeClosed
from appointments.models import Appointment, Service
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from appointments.views.requested_service import provider_of_address, with_query
from appointments.views.time_zone import other_clock, shown_zone

# What the patient typed travels through this page in fields of this name, not in storage.
TYPED = "typed-"
LONGEST = 500


def slot_taken(
    request: HttpRequest,
    service: Service,
    state: State,
    starts_at: datetime,
    error: SlotTaken,
    *,
    typed: dict[str, str] | None = None,
    zone: ZoneInfo | None = None,
    action: str = "",
) -> HttpResponse:
    """Return the page (409) with the nearest free times, by what `booking` raised.

    It says that somebody else has the time, or that the clinic has closed it; or else that those
    who have proved no address hold enough of that day, with the way to prove one. `typed` is what
    goes along, else what came along; `zone` is what times are shown in; `action` takes the choice.
    """
    typed = carried_details(request) if typed is None else typed
    zone = zone or _zone_of_visit(request, state, typed)
    context = {
        "service": service,
        "state": state,
        "starts": starts_at.astimezone(zone),
        "zone_words": time_zones.words(zone),
        "other_clock": other_clock(request, state, zone),
        "nearest": [(slot, slot.starts_at.astimezone(zone)) for slot in error.nearest],
        "typed": typed,
        "with_query": with_query(provider_of_address(request)),
        "action": action or reverse("appointments:choose_time", args=[state, service.slug]),
        "closed": isinstance(error, TimeClosed),
    }
    needs_proof = isinstance(error, OnlyWithProof)
    template = "email_proof_needed" if needs_proof else "slot_taken"
    return render(request, f"appointments/{template}.html", context, status=409)


def _zone_of_visit(request: HttpRequest, state: State, typed: dict[str, str]) -> ZoneInfo:
    zone = shown_zone(request, state)
    if typed.get("booked_for") == Appointment.BookedFor.OTHER:
        return ZoneInfo(state.zone_for(str(zone)))  # theirs who will be there
    return zone


def carried_details(request: HttpRequest) -> dict[str, str]:
    """Return what was typed on a details page whose time was taken, as this form carries it."""
    return {
        name.removeprefix(TYPED): str(value)[:LONGEST]
        for name, value in request.POST.items()
        if name.startswith(TYPED)
    }

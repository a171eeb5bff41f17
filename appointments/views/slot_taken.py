"""The page of who lost a race: other times close by, and nothing that was typed is lost."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from appointments.models import Appointment, Service
from appointments.scheduling import time_zones
from appointments.scheduling.availability import Slot
from appointments.scheduling.states import State
from appointments.views.time_zone import elsewhere, shown_zone

# What the patient typed travels through the "taken" page in fields of this name, not in storage.
TYPED = "typed-"


def taken(
    request: HttpRequest,
    service: Service,
    state: State,
    starts_at: datetime,
    nearest: Sequence[Slot],
    *,
    typed: dict | None = None,
    zone: ZoneInfo | None = None,
    action: str = "",
    closed: bool = False,
) -> HttpResponse:
    """The loser's page: the nearest free times, and nothing that was typed is lost.

    With `closed` nobody else has the time: the clinic has withdrawn it.
    """
    context = _context(request, service, state, starts_at, nearest, zone, typed, action)
    return render(request, "appointments/taken.html", context | {"closed": closed}, status=409)


def crowded(
    request: HttpRequest,
    service: Service,
    state: State,
    starts_at: datetime,
    nearest: Sequence[Slot],
    *,
    typed: dict | None = None,
    zone: ZoneInfo | None = None,
    action: str = "",
) -> HttpResponse:
    """The page of who met the share of a day that goes to browsers which have proved nothing.

    It offers the nearest times that they may take, and the way to prove an address.
    """
    context = _context(request, service, state, starts_at, nearest, zone, typed, action)
    return render(request, "appointments/crowded.html", context, status=409)


def _context(request, service, state, starts_at, nearest, zone, typed, action) -> dict:
    typed = typed_before(request) if typed is None else typed
    if zone is None:
        zone = shown_zone(request, state)
        if typed.get("booked_for") == Appointment.BookedFor.OTHER:
            zone = ZoneInfo(state.zone_for(str(zone)))  # theirs who will be there
    return {
        "service": service,
        "state": state,
        "starts": starts_at.astimezone(zone),
        "zone_words": time_zones.words(zone),
        "elsewhere": elsewhere(request, state, zone),
        "nearest": [(slot, slot.starts_at.astimezone(zone)) for slot in nearest],
        "typed": typed,
        "action": action or reverse("appointments:times", args=[state, service.slug]),
    }


def typed_before(request: HttpRequest) -> dict[str, str]:
    """What was typed on a details page whose time was taken, carried along by the next form."""
    return {
        name.removeprefix(TYPED): str(value)[:500]
        for name, value in request.POST.items()
        if name.startswith(TYPED)
    }

"""What the page of a room asks of the site, as JSON: a ticket, and what becomes of the visit.

The link is the authority, and no session: so no token against forgery, but a page of ours asks.
A ticket is given anew for each socket, and is the way on for who has none: then every five seconds.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from appointments.booking.rules import NotChangeable
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment
from appointments.views.appointment import visit_link_required
from core.database import database_time
from core.guard import rate_limits, sessionless_form
from visits import encounter
from visits.models.visits import Seat
from visits.phases import Phase
from visits.signalling import publish, turn

View = Callable[..., HttpResponse]


def room_view(view: Callable[[HttpRequest, VisitLink], HttpResponse]) -> View:
    """Serve a POST of the patient's own page, by the link behind its token."""

    @csrf_exempt
    @require_POST
    @visit_link_required(Purpose.VISIT)
    @wraps(view)
    def wrapper(request: HttpRequest, link: VisitLink) -> HttpResponse:
        if not sessionless_form.is_same_origin(request):
            return JsonResponse({"why": _("This did not come from our page.")}, status=403)
        if not link.may_come_in:
            why = _("Open the link in our e-mail or text to come in: so we know it is yours.")
            return JsonResponse({"why": why}, status=403)
        return view(request, link)

    return wrapper


@room_view
def ticket(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Let the patient come in, where the room is open, and say where their visit stands."""
    if refusal := asked_too_often(link.appointment, Seat.PATIENT):
        return refusal
    return JsonResponse(entered(link.appointment, Seat.PATIENT))


@room_view
def phone(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Note that the patient wants to be called instead."""
    with suppress(NotChangeable):  # the answer says what it is now
        encounter.by_phone(link.appointment, by=None)
    return JsonResponse(entered(link.appointment, Seat.PATIENT))


@room_view
def leave(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Note that the patient has left, and may return. A closed page says so by `sendBeacon`."""
    encounter.leave(link.appointment)
    return HttpResponse(status=204)


@room_view
def report(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Note what the patient's browser tells of the connection: `kind` and `number`."""
    return reported(request, link.appointment, Seat.PATIENT)


def asked_too_often(appointment: Appointment, seat: str) -> HttpResponse | None:
    """Return what refuses a ticket to that seat; None unless a program asks for them.

    No page of ours gets there, however often its line breaks: it waits longer each time.
    """
    if rate_limits.allow("tickets_per_visit", str(appointment.pk), seat):
        return None
    why = _("This page asks us too often. It tries again by itself; a visit that is on goes on.")
    return JsonResponse({"why": why}, status=429, headers={"Retry-After": "10"})


def entered(appointment: Appointment, seat: str) -> dict[str, Any]:
    """Return the answer to whoever asks for a ticket; a patient has come by that."""
    entry = encounter.enter(appointment, seat, now=database_time.now())
    if seat == Seat.PATIENT and entry.phase is Phase.OPEN:
        with suppress(NotChangeable):  # it has closed meanwhile
            encounter.knock(appointment)
        entry = encounter.enter(appointment, seat, now=database_time.now())
    visit = encounter.open_room(appointment) if entry.gives_ticket else None
    here = publish.who_is_here(visit.room) if visit else []
    return {
        "ticket": encounter.ticket(visit, seat) if visit else None,
        "socket": settings.ROOMS_URL if visit else "",
        "ice_servers": turn.ice_servers() if visit else [],
        "relay_only": settings.RELAY_ONLY,
        "seat": seat,
        "host": appointment.provider.short_name,
        "phase": entry.phase,
        "words": entry.words,
        "look_again_after": entry.look_again_after,
        "here": [each for each in here if each != seat],
    }


def reported(request: HttpRequest, appointment: Appointment, seat: str) -> HttpResponse:
    """Note what a browser tells of its connection."""
    number = request.POST.get("number", "")
    try:
        value = int(number) if number.isascii() and number.isdecimal() else None
        encounter.report(appointment, seat, request.POST.get("kind", ""), value)
    except ValueError:
        return JsonResponse({"why": _("Nothing of that kind is reported.")}, status=400)
    return HttpResponse(status=204)

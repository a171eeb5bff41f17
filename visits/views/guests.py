"""Those whom a patient brings along: the patient's page of their links, and what a guest opens."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from appointments.booking.rules import NotChangeable
from appointments.links import Purpose, VisitLink
from appointments.scheduling import time_zones
from appointments.views.appointment import visit_link_required
from core.database import database_time
from core.guard.limit_pages import over_limit_page
from core.guard.no_store import no_store
from core.signed_links import absolute_url
from visits import encounter, guests
from visits.guest_form import GuestForm
from visits.models import Guest
from visits.models.visits import GUESTS
from visits.phases import OPENS_BEFORE, Phase
from visits.views import rooms

ASKS_AGAIN, LOOKS_AGAIN_AT_LEAST = 5, 60  # seconds
CHANGES = {"agree": guests.agree, "revoke": guests.revoke}


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.VISIT)
def patients_guests(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Show whom the patient brings along; give one more a link, agree to one, or take one back."""
    # A browser that proved no address invites nobody into what is another's perhaps.
    if not link.acts_for_patient or not guests.can_be_asked_to(link.appointment):
        return redirect(link.page())
    if request.method != "POST":
        return _page(request, link, GuestForm())
    refused = over_limit_page(request, "changes")
    if refused:
        return refused
    if request.POST.get("step") in CHANGES:
        return _change(request, link)
    form = GuestForm(request.POST)
    if not form.is_valid():
        return _page(request, link, form)
    return _ask(request, link, form)


def _change(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Take the step with the guest whose key was sent, and lead back to the page."""
    asked = request.POST.get("guest", "")
    for guest in guests.of_visit(link.appointment):
        if str(guest.pk) == asked:
            try:
                CHANGES[request.POST["step"]](guest)
            except NotChangeable:
                break  # the page says what holds now
    return redirect(request.path)


def _ask(request: HttpRequest, link: VisitLink, form: GuestForm) -> HttpResponse:
    """Give them a seat, and show their link this once."""
    name, role = form.cleaned_data["name"], form.cleaned_data["role"]
    try:
        guest, token = guests.ask(link.appointment, name=name, role=role)
    except (guests.NoSeat, NotChangeable):
        return redirect(request.path)
    address = absolute_url(reverse("visits:guest", args=[token]))
    return _page(request, link, GuestForm(), made=guest, address=address)


def _page(
    request: HttpRequest,
    link: VisitLink,
    form: GuestForm,
    *,
    status: int = 200,
    made: Guest | None = None,
    address: str = "",
) -> HttpResponse:
    found = guests.of_visit(link.appointment)
    context = {
        "appointment": link.appointment,
        "link": link,
        "guests": found,
        "has_seats": len(found) < len(GUESTS),
        "form": form,
        "made": made,
        "address": address,
    }
    return render(request, "visits/guests.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
@no_store
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest when they can come in; from then on the room."""
    found = guests.find(token)
    if found is None:
        raise Http404("No such guest")
    now = database_time.now()
    appointment = found.visit.appointment
    entry = encounter.enter(appointment, found.seat, now=now)
    is_over = entry.phase in (Phase.OVER, Phase.CANCELLED, Phase.CLOSED)
    if guests.has_ended(found) or is_over:
        return render(request, "visits/guest_ended.html", status=410)
    if found.agreed_at and entry.phase.is_open:
        return rooms.guest_room(request, found)
    opens_at = appointment.starts_at - OPENS_BEFORE
    context = {
        "guest": found,
        "appointment": appointment,
        "agreed": found.agreed_at is not None,
        "phase": entry.phase,
        "opens_at": opens_at.astimezone(appointment.patient_zone),
        "zone": time_zones.words(appointment.zone),
        "today": now.astimezone(appointment.patient_zone).date(),
        "look_again_after": _look_again_after(found, opens_at - now),
    }
    return render(request, "visits/guest.html", context)


def _look_again_after(found: Guest, opens_in: timedelta) -> int:
    """Return after how many seconds it may say something else."""
    if found.agreed_at is None:
        return ASKS_AGAIN
    return min(max(int(opens_in.total_seconds()) + 1, 1), LOOKS_AGAIN_AT_LEAST)

"""The states: all that are served, and a page for each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from appointments.public import kept_pages, prices
from appointments.public import providers as directory
from appointments.public import states as public_states
from appointments.scheduling import bookable_services
from appointments.scheduling.states import State
from core.cache.pages import serve
from core.database import database_time
from pages import structured_data

SHOWN = 12  # of those who are licensed there: the list of providers has them all


@require_safe
def states(request: HttpRequest) -> HttpResponse:
    """List the states in which somebody can be seen."""
    return serve(request, tags=[kept_pages.TAG], make=lambda: _states(request))


def _states(request: HttpRequest) -> HttpResponse:
    served = bookable_services.served_states(database_time.now())
    return render(request, "pages/states.html", {"states": served})


@require_safe
def state(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the clinic can do for somebody in a state; who can help, where that is nothing."""
    place = public_states.find(slug)
    if place is None:
        raise Http404
    if slug != public_states.slug_of(place):  # by its letters, or in capitals
        return redirect("pages:state", public_states.slug_of(place), permanent=True)
    return serve(request, tags=[kept_pages.TAG], make=lambda: _state(request, place))


def _state(request: HttpRequest, place: State) -> HttpResponse:
    now = database_time.now()
    services = bookable_services.services_in(place, now)
    if not services:
        served = bookable_services.served_states(now)
        return render(request, "pages/state_not_served.html", {"state": place, "states": served})
    found = [each for each in directory.listed(now) if place in each.states]
    context: dict[str, Any] = {
        "state": place,
        "services": services,
        "listed": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "text": public_states.page_of(place),
        "plans": prices.plans_in(place),
        "structured": structured_data.state(place, found[:SHOWN]),
    }
    return render(request, "pages/state.html", context)

"""The time zone that a visitor sees times in: guessed by the browser, changeable, remembered."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from appointments import visitors, zones
from appointments.forms import ZoneForm
from appointments.states import State
from curednation.guard.next_page import path_of_ours
from curednation.guard.private import private

COOKIE = "zone"
REMEMBER = 365 * 24 * 3600


def shown_zone(request: HttpRequest, state: State) -> ZoneInfo:
    """The visitor's remembered zone, else that of most people in the state."""
    return remembered_zone(request) or ZoneInfo(state.zone)


def remembered_zone(request: HttpRequest) -> ZoneInfo | None:
    return zones.find(request.COOKIES.get(visitors.cookie_name(COOKIE)))


@require_POST
@private
def set_zone(request: HttpRequest) -> HttpResponse:
    """Remember the zone that the visitor chose, and go back to where they chose it."""
    back = path_of_ours(request, request.POST.get("next", "")) or reverse("appointments:state")
    return _remember(request, redirect(back))


@require_POST
@private
def guess_zone(request: HttpRequest) -> HttpResponse:
    """Remember the zone of the browser's clock, for a visitor who has chosen none."""
    if remembered_zone(request):
        return HttpResponse(status=204)
    return _remember(request, HttpResponse(status=204))


def _remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    form = ZoneForm(request.POST)
    if form.is_valid():
        visitors.set_private_cookie(response, COOKIE, form.cleaned_data["zone"], max_age=REMEMBER)
    return response

"""The time zone that a visitor sees times in: guessed by the browser, changeable, remembered."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appointments import cookies
from appointments.forms.time_zone import ZoneForm
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from core.guard.no_store import no_store

REMEMBER = 365 * 24 * 3600


def shown_zone(request: HttpRequest, state: State) -> ZoneInfo:
    """Return the visitor's remembered zone, else that of most people in the state."""
    return cookies.zone_of(request) or ZoneInfo(state.zone)


def other_clock(request: HttpRequest, state: State, shown: ZoneInfo) -> dict | None:
    """Return the clock to show beside `shown`, where the browser is not where the visit will be.

    `zone`, and `words` for it: the place's where the browser's is shown, else the browser's.
    """
    place = state.zone_for(str(shown))
    if place != str(shown):
        # Of a split state nobody has said yet in which part they will be.
        words = (
            time_zones.words(place) if state.is_split else _("in %(place)s") % {"place": state.name}
        )
        return {"zone": ZoneInfo(place), "words": words}
    mine = cookies.zone_of(request)
    if mine and str(mine) != str(shown):
        return {"zone": mine, "words": _("where you are")}
    return None


def initial_zone(request: HttpRequest, state: State) -> dict[str, str]:
    """Return what a form begins with that asks where in a split state somebody will be.

    Nothing is chosen for them where their browser keeps none of the state's clocks.
    """
    mine = cookies.zone_of(request)
    return {"zone": ""} if mine and state.zone_for(str(mine)) != str(mine) else {}


@require_POST
@no_store
def guess_time_zone(request: HttpRequest) -> HttpResponse:
    """Remember the zone of the browser's clock, for a visitor who has chosen none."""
    if cookies.zone_of(request):
        return HttpResponse(status=204)
    return _remember(request, HttpResponse(status=204))


def show_chosen_zone(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what `page` makes of this request in the zone that it chose, which is remembered."""
    form = ZoneForm(request.POST)
    if form.is_valid():
        request.COOKIES[cookies.cookie_name(cookies.ZONE_COOKIE)] = form.cleaned_data["zone"]
    return _remember(request, page())


def _remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    form = ZoneForm(request.POST)
    if form.is_valid():
        zone = form.cleaned_data["zone"]
        cookies.set_private_cookie(response, cookies.ZONE_COOKIE, zone, max_age=REMEMBER)
    return response

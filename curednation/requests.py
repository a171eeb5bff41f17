"""What is said of each request, by the route that it matched and never by its path."""

import logging
from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.monitoring import metrics

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


def middleware(get_response: GetResponse) -> GetResponse:
    """Measure each request where METRICS_TOKEN is set, and log a line with LOG_REQUESTS."""
    if not (settings.METRICS_TOKEN or settings.LOG_REQUESTS):
        return get_response

    def answer(request: HttpRequest) -> HttpResponse:
        began = monotonic()
        response = get_response(request)
        seconds = monotonic() - began
        route = route_of(request)
        if settings.METRICS_TOKEN:
            metrics.request(route, request.method or "", response.status_code, seconds)
        if settings.LOG_REQUESTS:
            _say(route, request, response.status_code, seconds)
        return response

    return answer


def route_of(request: HttpRequest) -> str:
    """Return the name of the route, such as `appointments:visit`; its pattern where it has none."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name if match.url_name else f"/{match.route}"


def _say(route: str, request: HttpRequest, status: int, seconds: float) -> None:
    milliseconds = round(seconds * 1000)
    fields = {"route": route, "method": request.method, "status": status}
    log.info(
        "%s %s %s in %s ms",
        *(request.method, route, status, milliseconds),
        extra={"fields": fields | {"milliseconds": milliseconds}},
    )

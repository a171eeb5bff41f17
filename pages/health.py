"""Is the process up (`/healthz`), can it serve and does the site work (`/readyz`), and how well?

Who asks for these may name the machine by its address: `answer_probes` stands before whatever
looks at the host.
"""

import hmac
import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.monitoring import checks, metrics, services
from core.monitoring.results import CheckResult, Level, is_healthy

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
_logged: list[str] = []  # what was the matter when it was last written down


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive. Asks nothing of any service."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process can serve pages, else 503; say whether the whole site works.

    A load balancer asks it as it stands. Whoever is to be called when the worker is dead asks
    `/readyz?strict`: that is 503, too, where `healthy` is false. Why is in the log.
    """
    found = checks.probe()
    ready = all(each.is_fine for each in found if each.name == services.DATABASE)
    healthy = is_healthy(found)
    _log([each for each in found if each.level is Level.ERROR])
    well = healthy if "strict" in request.GET else ready
    return JsonResponse({"ready": ready, "healthy": healthy}, status=200 if well else 503)


@require_safe
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """Answer with metrics to whoever brings METRICS_TOKEN; for everybody else nothing is here."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not (token and hmac.compare_digest(sent.encode(), token.encode())):
        return HttpResponseNotFound()
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": prometheus}


def answer_probes(get_response: GetResponse) -> GetResponse:
    """Answer these whatever host is asked for: nothing that they say names one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return middleware


def _log(wrong: list[CheckResult]) -> None:
    """Write down what is the matter, once: somebody asks every second."""
    global _logged
    names = [each.name for each in wrong]
    if names and names != _logged:
        sentences = " ".join(f"{each.sentence} {each.advice}".strip() for each in wrong)
        log.warning("Not healthy. %s", sentences)
    _logged = names

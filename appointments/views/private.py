"""What every page with somebody's data, or on the way there, answers with."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from curednation.guard import effort, limits
from curednation.guard.network import client_network

HONEYPOT = "website"


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No copy in any cache, no search engine, no address to another site. PRIVACY 9 and 12."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapper


def within_limit(request: HttpRequest, rule: str, *who: str) -> bool:
    """Count this request against `rule`, for `who` or else for the visitor's network."""
    return limits.allow(rule, *(who or (client_network(request),)))


def refusal(request: HttpRequest, rule: str, *, address: str = "") -> HttpResponse | None:
    """None when this network may do what `rule` limits; otherwise the page that it gets.

    Near the limit, when everybody together does a lot, or much is done with one e-mail address, a
    little effort is asked for: no more, so that no stranger can lock its owner out. A filled field
    that no person sees is a program's: it gets the same page as too many tries.
    """
    if request.POST.get(HONEYPOT) or not within_limit(request, rule):
        return too_many(request)
    easy = (
        within_limit(request, f"{rule}_easily")
        and within_limit(request, f"{rule}_in_all", "all")
        and (not address or within_limit(request, f"{rule}_per_address", address))
    )
    if easy or effort.was_made(request, rule):
        return None
    return _ask_for_effort(request, rule)


def _ask_for_effort(request: HttpRequest, rule: str) -> HttpResponse:
    """A page that sends the same form again by itself, once the browser has done its work."""
    ours = ("csrfmiddlewaretoken", "effort", "wait")
    typed = ((name, values) for name, values in request.POST.lists() if name not in ours)
    sent = [(name, value) for name, values in typed for value in values]
    context = {"sent": sent, "asked": effort.asked(rule)}
    return render(request, "appointments/effort.html", context, status=429)


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "appointments/too_many.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response

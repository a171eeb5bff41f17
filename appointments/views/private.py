"""What every page with somebody's data, or on the way there, answers with."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from curednation.guard import limits
from curednation.guard.network import client_network


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


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "appointments/too_many.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response

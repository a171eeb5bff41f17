"""The headers of every page with somebody's data, or on the way there: kept and found nowhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


def set_no_store(response: HttpResponse) -> HttpResponse:
    """Set the headers on `response` and return it.

    No cache keeps it, no search engine lists it, and no other site learns its address.
    """
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def no_store(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Set the same on whatever a view answers, said to caches of the old kind too."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return set_no_store(view(request, *args, **kwargs))

    return wrapper


def no_store_but_found(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let no cache keep what a view answers, while search engines may list it: it is nobody's."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = set_no_store(view(request, *args, **kwargs))
        del response["X-Robots-Tag"]
        return response

    return wrapper

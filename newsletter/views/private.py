"""What every page with somebody's data, or behind a mailed link, answers with."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


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


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "newsletter/too_many.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def from_elsewhere(request: HttpRequest) -> HttpResponse:
    """Another site made the browser send this, or the browser does not say who did."""
    return render(request, "newsletter/elsewhere.html", status=403)


def masked(email: str) -> str:
    """`j•••••@example.org`: enough to know one's own, too little to learn somebody else's."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••••@{domain}" if local else ""

"""Pages for when things go wrong: they help, say nothing about the inside, and are not kept."""

import logging
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _page(request, "403.html", HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came back without the token that proves where it was filled in."""
    no_cookie = reason == REASON_NO_CSRF_COOKIE
    return _page(request, "403_csrf.html", HTTPStatus.FORBIDDEN, {"no_cookie": no_cookie})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return _page(request, "404.html", HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without database and cache.

    The phone number is the one that this process showed last.
    """
    try:
        body: str = loader.render_to_string("500.html", {"practice": _practice()})
    except Exception:  # whatever broke the page may have broken this one too
        logger.exception("The page for errors could not be shown.")
        body = _("Something broke on our side. Please try again in a few minutes.")
    return _unkept(HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR))


def refused_body(status: HTTPStatus) -> HttpResponse:
    """Answer a body that was too large (413), too slow (408) or cut off (400). Needs no service."""
    template = "413.html" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "408.html"
    body = loader.render_to_string(template, {"practice": _practice()})
    return _unkept(HttpResponse(body, status=status))


def _page(
    request: HttpRequest, template: str, status: int, context: dict[str, Any] | None = None
) -> HttpResponse:
    return _unkept(render(request, template, context, status=status))


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _practice() -> Any:
    """Return the practice that this process last read, without asking anything; None before."""
    # Late: the web server imports this module before Django is set up.
    from core.practice.models import Practice

    return Practice.last_read()

"""Pages for when things go wrong: they help, say nothing about the inside, and are not kept."""

import errno
import logging
import sys
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from core.database.failures import Failure, code_of, failure, may_be_kept
from core.languages import links

logger = logging.getLogger(__name__)
RETRY_LOCKED, RETRY_AWAY = "2", "15"  # seconds


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
    return _page(request, "404.html", HTTPStatus.NOT_FOUND, {"alternates": links.homes()})


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """Answer 503 where there is no database, no room, or somebody holds what was wanted; else None.

    None of it is anybody's mistake, and all pass: the page sends once more what was typed. Needs no
    service.
    """
    why = Failure.AWAY if _is_full_disk(error) else failure(error)
    if error is None or why is None:
        return None
    logger.warning("No page: %s %s %s", why.value, type(error).__name__, code_of(error))
    match = request.resolver_match
    context = {
        "practice": _practice(),
        "locked": why is Failure.LOCKED,
        "posted": request.method == "POST",
        "unknown": may_be_kept(error),
        "about_visits": match is not None and match.app_name == "appointments",
        "sent": _sent_once_more(request),
        "address": request.get_full_path(),
    }
    response = HttpResponse(loader.render_to_string("503.html", context), status=503)
    response["Retry-After"] = RETRY_LOCKED if why is Failure.LOCKED else RETRY_AWAY
    return _unkept(response)


def _is_full_disk(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _sent_once_more(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed; nothing where it holds a file or a password, which no page repeats."""
    if request.method != "POST" or request.FILES or any("password" in n for n in request.POST):
        return []
    return [(name, str(value)) for name, values in request.POST.lists() for value in values]


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without database and cache; 503 where a database that is away is the reason.

    The phone number is the one that this process showed last.
    """
    away = unavailable(request, sys.exc_info()[1])
    if away is not None:
        return away
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

"""Refuses what no page of this site ever needs."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from pages import errors

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


def refuse_methods(get_response: GetResponse) -> GetResponse:
    """Answer 405 to any method but these, before a page takes one for another.

    Browsers and mail programs send no others; Django's admin would show a record to a PUT.
    """
    allowed = ("GET", "HEAD", "POST")

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        return get_response(request)

    return middleware


def database_away(get_response: GetResponse) -> GetResponse:
    """Answer 503 while the database is away, or where a row was locked for too long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.unavailable(request, error)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def refuse_overlarge(get_response: GetResponse) -> GetResponse:
    """Answer 400 where a number, a day or a nesting was larger than Python follows.

    Each form has bounds of its own; this is for what libraries read for us, such as the JSON of a
    passkey or the year in a list's address.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, (RecursionError, OverflowError)):
            return None
        log.warning("Larger than can be: %s", type(error).__name__, exc_info=error)
        return errors.bad_request(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def refuse_nul(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL in path, query or cookies: PostgreSQL cannot hold one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            "\0" in request.path_info
            or "%00" in request.META.get("QUERY_STRING", "")
            or any("\0" in value for value in request.COOKIES.values())
        ):
            return errors.bad_request(request)
        return get_response(request)

    return middleware

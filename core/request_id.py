"""A name for each request, which its answer, its log lines and the tasks it starts all carry."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from core.guard.client_ip import comes_through_proxy

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the name of the request that is answered here; empty outside of one."""
    return _current.get()


def of_record(record: LogRecord) -> str:
    """Return the name of the request that a line of the log is about."""
    return current() or getattr(getattr(record, "request", None), "request_id", "")


@contextmanager
def named(name: str) -> Iterator[None]:
    """Do what follows under this name: what a task does for the request that started it."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


def begin(name: str) -> None:
    """Do what follows in this process under this name, until the next `begin`."""
    _current.set(name)


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Name the request, and its answer in the header `X-Request-ID`.

    A trusted proxy may bring the name; what anybody else calls a request is not repeated.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        # On the request as well: Django logs a refusal when all middleware is done with it.
        request.request_id = _brought(request) or uuid4().hex  # type: ignore[attr-defined]  # ours
        with named(request.request_id):  # type: ignore[attr-defined]  # ours
            response = get_response(request)
            response[HEADER] = current()
            return response

    return answer


def _brought(request: HttpRequest) -> str:
    name = request.headers.get(HEADER, "")
    return name if comes_through_proxy(request) and _WELL_FORMED.fullmatch(name) else ""

"""What is read once in a request and shared by all who ask in it; outside of one, each time."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

T = TypeVar("T")
_seen: ContextVar[list[Any] | None] = ContextVar("practice", default=None)


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let every part of one request see the same practice."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = _seen.set([])
        try:
            return get_response(request)
        finally:
            _seen.reset(token)

    return answer


def remember(read: Callable[[], T]) -> T:
    """Return what `read` returns; in a request, what it returned first."""
    seen = _seen.get()
    if seen is None:
        return read()
    if not seen:
        seen.append(read())
    result: T = seen[0]
    return result


def forget() -> None:
    """Read it anew for the rest of this request."""
    seen = _seen.get()
    if seen:
        seen.clear()

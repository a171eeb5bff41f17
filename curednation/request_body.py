"""How large the body of a request may be, and how long it may take.

Nobody has to be signed in to send a form of ours, and none of those needs a tenth of MAX_BYTES.
More is for staff, who upload pictures, and for the mail provider, which has a secret of its own.
"""

import asyncio
import contextlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from typing import Any
from wsgiref.types import WSGIEnvironment

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import Error
from django.http import HttpRequest, HttpResponse, parse_cookie

from core.api import problems
from pages import errors

KB, MB = 1024, 1024 * 1024
MAX_BYTES, MAX_BYTES_STAFF, MAX_BYTES_WEBHOOK = 64 * KB, 32 * MB, 1 * MB
WEBHOOKS = "/newsletter/webhooks/"
# All of it must be here after REQUEST_BODY_SECONDS, and one more for each so many bytes it has.
MIN_BYTES_A_SECOND = 16 * KB
# So much of a refused body is read and thrown away, for so long: a browser that is still sending
# shows no answer.
DISCARD_BYTES, DISCARD_SECONDS = 8 * MB, 10.0


class BodyRefused(Exception):
    """A body that is too large (`status` 413), too slow (408) or shorter than it said (400)."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ


def content_length(environ: WSGIEnvironment) -> int:
    """Return the length that a request says its body has; 0 where it says none."""
    try:
        return int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def may_send_more(environ: WSGIEnvironment) -> bool:
    """Say whether it is worth asking `max_bytes`, without asking anything."""
    return bool(_session_key(environ)) or environ["PATH_INFO"].startswith(WEBHOOKS)


def max_bytes(environ: WSGIEnvironment) -> int:
    """Return how many bytes this sender may send. A cookie alone proves nothing: asks for it."""
    if environ["PATH_INFO"].startswith(WEBHOOKS):
        return MAX_BYTES_WEBHOOK if _has_secret(environ) else MAX_BYTES
    return MAX_BYTES_STAFF if _is_signed_in(_session_key(environ)) else MAX_BYTES


async def read(environ: WSGIEnvironment, protocol: Any, max_bytes: int) -> bytes:
    """Return the whole body. Raises BodyRefused when it is too large, too slow, or breaks off."""
    length = content_length(environ)
    if length > max_bytes:
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(settings.REQUEST_BODY_SECONDS + length / MIN_BYTES_A_SECOND):
            async for part in protocol:
                body += part
                if len(body) > max_bytes:
                    raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT) from None
    if len(body) < length:
        raise BodyRefused(HTTPStatus.BAD_REQUEST)
    return bytes(body)


async def reject(protocol: Any, refusal: BodyRefused, path: str) -> None:
    """Answer with a page that says what to do, to a program with a problem. Takes no thread and
    asks no service."""
    response = problems.as_problem(path, errors.refused_body(refusal.status))
    response["Content-Security-Policy"] = build_policy()
    response["Connection"] = "close"
    headers = [(name.lower(), value) for name, value in response.items()]
    protocol.response_bytes(response.status_code, headers, response.content)
    # RSGI's own errors: the visitor has gone, or the body has been read before.
    with contextlib.suppress(TimeoutError, RuntimeError):
        await _discard(protocol)


async def _discard(protocol: Any) -> None:
    discarded = 0
    async with asyncio.timeout(DISCARD_SECONDS):
        async for part in protocol:
            discarded += len(part)
            if discarded > DISCARD_BYTES:
                return


def limit(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what is too large under any other server, too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = content_length(request.META)
        if length > MAX_BYTES and length > max_bytes(request.META):
            return errors.refused_body(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return get_response(request)

    return middleware


def _session_key(environ: WSGIEnvironment) -> str:
    return parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME, "")


def _is_signed_in(session_key: str) -> bool:
    if not session_key:
        return False
    store = import_module(settings.SESSION_ENGINE).SessionStore
    try:
        return SESSION_KEY in store(session_key)
    except (Error, ValueError):  # ValueError: it holds a NUL
        return False


def _has_secret(environ: WSGIEnvironment) -> bool:
    sent = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Basic ")
    secret = settings.NEWSLETTER_WEBHOOK_SECRET
    return bool(secret) and hmac.compare_digest(sent.encode(), b64encode(secret.encode()))

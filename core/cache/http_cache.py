"""Public pages as they go over the wire: compressed once, with an ETag, and 304 for who has it."""

import hashlib
import time
import zlib
from typing import NamedTuple

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, has_vary_header, patch_vary_headers
from django.utils.http import http_date

BROWSERS = "public, max-age=60, stale-while-revalidate=300"
LONGEST_ACCEPT = 200  # of a visitor's header so much is read


class Page(NamedTuple):
    """An answer in one encoding: its body and headers, and when it was made, in Unix seconds."""

    body: bytes
    headers: dict[str, str]
    modified: int


def is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether this answer is the same for everybody, and so may be shown to others.

    It is not where making it looked at the session, the account or a CSRF token of this visitor.
    """
    session = getattr(request, "session", None)
    control = response.get("Cache-Control", "")
    return not (
        response.cookies
        or (session is not None and session.accessed)
        or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        or has_vary_header(response, "Cookie")
        or "private" in control
        or "no-store" in control
    )


def encode(response: HttpResponse) -> dict[str, Page]:
    """Return the answer in every encoding: "br", "gzip" and "", which is none."""
    now = int(time.time())  # not the subject's own date: what else stands there may be newer
    patch_vary_headers(response, ["Accept-Encoding"])
    response.setdefault("Cache-Control", BROWSERS)
    compress = zlib.compressobj(6, wbits=31)
    bodies = {
        "br": brotli.compress(response.content, quality=6),
        "gzip": compress.compress(response.content) + compress.flush(),
        "": response.content,
    }
    digest = hashlib.sha256(response.content).hexdigest()[:24]
    shared = {name: value for name, value in response.items() if name != "Content-Length"}
    shared["Last-Modified"] = http_date(now)
    pages = {}
    for encoding, body in bodies.items():
        own = {"ETag": f'"{digest}-{encoding or "plain"}"'}
        if encoding:
            own["Content-Encoding"] = encoding
        pages[encoding] = Page(body, shared | own, now)
    return pages


def answer(request: HttpRequest, page: Page) -> HttpResponse:
    """Return the page, or 304 to a browser that has it already."""
    response = HttpResponse(page.body, headers=page.headers)
    found = get_conditional_response(
        request, etag=page.headers["ETag"], last_modified=page.modified, response=response
    )
    return found or response


def encoding_for(request: HttpRequest) -> str:
    """Return the smallest of our encodings that this browser accepts."""
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")[:LONGEST_ACCEPT]
    offered = {
        part.split(";")[0].strip().lower()
        for part in accepted.split(",")
        if not part.replace(" ", "").endswith((";q=0", ";q=0.0"))
    }
    return next((each for each in ("br", "gzip") if each in offered), "")

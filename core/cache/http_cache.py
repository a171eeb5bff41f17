"""Public pages as they go over the wire: every encoding, its ETag, and who has it already."""

import hashlib
import time
import zlib
from functools import lru_cache
from typing import NamedTuple

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import ResponseHeaders
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe

BROWSERS = "public, max-age=60, stale-while-revalidate=300"
ENCODINGS = ("br", "gzip", "")
LONGEST_ACCEPT = 200  # what is remembered of a visitor's header is short


class Page(NamedTuple):
    """An answer as it is kept: `body` and `headers` as they go over the wire.

    `headers` are as Django's answers hold them, (name, value) by the name in small letters, so that
    they are checked and encoded when the page is made and not for every visitor.
    """

    body: bytes
    content_type: str
    etag: str
    modified: int  # when it was made, in seconds
    headers: dict[str, tuple[str, str]]


def pages(response: HttpResponse) -> dict[str, Page]:
    """The answer in every encoding."""
    body = response.content
    digest = hashlib.sha256(body).hexdigest()[:24]
    compress = zlib.compressobj(6, wbits=31)
    bodies = {
        "br": brotli.compress(body, quality=6),
        "gzip": compress.compress(body) + compress.flush(),
        "": body,
    }
    return {
        encoding: _page(response, bodies[encoding], encoding, f'"{digest}-{encoding or "plain"}"')
        for encoding in ENCODINGS
    }


def _page(response: HttpResponse, body: bytes, encoding: str, etag: str) -> Page:
    now = int(time.time())  # not the subject's own date: what else stands there may be newer
    patch_vary_headers(response, ["Accept-Encoding"])
    response.setdefault("Cache-Control", BROWSERS)
    own = ("content-type", "content-length", "content-encoding")
    headers = [(name, value) for name, value in response.items() if name.lower() not in own]
    headers += [("ETag", etag), ("Last-Modified", http_date(now))]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    checked = ResponseHeaders(dict(headers))
    return Page(body, response["Content-Type"], etag, now, dict(checked._store))


def answer(request: HttpRequest, page: Page) -> HttpResponse:
    response: HttpResponse
    if _has_it(request, page):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
    response.headers._store.update(page.headers)
    return response


def _has_it(request: HttpRequest, page: Page) -> bool:
    """RFC 9110: an ETag counts before a date, and compares weakly for GET."""
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked is not None:
        names = {name.strip().removeprefix("W/") for name in asked.split(",")}
        return page.etag in names or "*" in names
    dated = request.META.get("HTTP_IF_MODIFIED_SINCE")
    since = parse_http_date_safe(dated) if dated else None
    return since is not None and since >= page.modified


def encoding_for(accepted: str) -> str:
    """The best encoding of ours that an `Accept-Encoding` takes; a longer one is cut off."""
    return _encoding_for(accepted[:LONGEST_ACCEPT])


@lru_cache(maxsize=256)
def _encoding_for(accepted: str) -> str:
    offered = {
        part.split(";")[0].strip().lower()
        for part in accepted.split(",")
        if not part.replace(" ", "").endswith((";q=0", ";q=0.0"))
    }
    return next((each for each in ("br", "gzip") if each in offered), "")

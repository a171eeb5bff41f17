"""Whole public pages, kept in the cache service until something they show changes.

A page is kept under its address and with the versions its tags had before it was made. One round
trip fetches the page and today's versions; only where they are the same the page is served.
Dropping a tag gives it another version. A version is a random name, never a number: one that is
lost makes the pages of its tag old, and none can come back to life. Anyone may import this.
"""

import hashlib
import logging
import pickle
import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe
from redis.exceptions import RedisError

from curednation.mail.breaker import Breaker

BROWSERS = "public, max-age=60, stale-while-revalidate=300"
# How long a visitor waits for the page that another is having made, before making it as well.
PATIENCE, STEP = 5.0, 0.02
ENCODINGS = ("br", "gzip", "")
FORMAT = 1  # a release that keeps something else must not read what an older one left

log = logging.getLogger(__name__)
breaker = Breaker(rest=15)
_local = threading.Lock()
_making: dict[str, threading.Event] = {}


@dataclass(frozen=True)
class Page:
    """An answer as it is kept: `body` as it goes over the wire."""

    body: bytes
    content_type: str
    etag: str
    modified: int  # when it was made, in seconds
    headers: tuple[tuple[str, str], ...] = ()


def serve(
    request: HttpRequest, *, tags: Iterable[str], make: Callable[[], HttpResponse], key: str = ""
) -> HttpResponse:
    """Answer with the kept page of this address, or with what `make` returns, kept from then on.

    `make` must not look at who asks. Only answers with status 200 are kept. `tags` follow from the
    address alone; "site" (what stands on every page) is always one of them. `key` stands for the
    query where not all of it counts; left out, the address without a query.
    """
    name = hashlib.sha256(f"{FORMAT} {request.path} {key}".encode()).hexdigest()[:32]
    encoding = _encoding(request.headers.get("Accept-Encoding", ""))
    tags = ("site", *tags)
    page = _kept(name, encoding, tags) or _made_once(name, encoding, tags, make)
    return page if isinstance(page, HttpResponse) else _answer(request, page, encoding)


def drop(*tags: str) -> None:
    """Let the pages with any of these tags be made anew, once the transaction has committed."""
    transaction.on_commit(lambda: _drop(tags), robust=True)


def _drop(tags: Iterable[str]) -> None:
    _try(lambda: cache.set_many({_tag(tag): secrets.token_hex(8) for tag in tags}, None))


def _tag(tag: str) -> str:
    return f"page-tag:{tag}"


def _entry(name: str, encoding: str) -> str:
    return f"page:{name}:{encoding}"


def _kept(name: str, encoding: str, tags: tuple[str, ...]) -> Page | None:
    """One round trip. None where the page is not there, is old, or the cache does not answer."""
    entry = _entry(name, encoding)
    found = _try(lambda: cache.get_many([entry, *map(_tag, tags)])) or {}
    versions = [found.get(_tag(tag)) for tag in tags]
    if entry not in found or None in versions:
        return None
    kept_versions, page = pickle.loads(found[entry])  # noqa: S301  (written below, by us)
    return page if kept_versions == versions else None


def _versions(tags: tuple[str, ...]) -> list[str] | None:
    """Today's versions; those that are missing get one. None while the cache does not answer."""

    def read() -> list[str]:
        names = [_tag(tag) for tag in tags]
        found = cache.get_many(names)
        for name in names:
            if name not in found:
                cache.add(name, secrets.token_hex(8), None)
        return [cache.get_many(names)[name] for name in names]

    try:
        return _try(read)
    except KeyError:  # emptied this very moment
        return None


def _made_once(
    name: str, encoding: str, tags: tuple[str, ...], make: Callable[[], HttpResponse]
) -> Page | HttpResponse:
    """Of all who want a page that is not there, one makes it and the others wait for that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with _local:
            waiting = _making.get(name)
            if waiting is None:
                _making[name] = threading.Event()
        if waiting is None:
            try:
                return _made(name, encoding, tags, make, until)
            finally:
                with _local:
                    _making.pop(name).set()
        waiting.wait(until - time.monotonic())
        page = _kept(name, encoding, tags)
        if page is not None:
            return page
        if not breaker.ready():
            break
    return make()


def _made(
    name: str,
    encoding: str,
    tags: tuple[str, ...],
    make: Callable[[], HttpResponse],
    until: float,
) -> Page | HttpResponse:
    lock, mine = f"page-lock:{name}", secrets.token_hex(8)
    while _try(lambda: cache.add(lock, mine, int(PATIENCE))) is False:
        time.sleep(STEP)
        page = _kept(name, encoding, tags)
        if page is not None:
            return page
        if time.monotonic() > until:
            break
    versions = _versions(tags)  # before the first query: a change while we render makes it old
    try:
        response = make()
        if response.status_code != 200:
            return response
        pages = _pages(response)
        if versions is not None:
            entries = {
                _entry(name, each): pickle.dumps((versions, page)) for each, page in pages.items()
            }
            _try(lambda: cache.set_many(entries, settings.PAGE_CACHE_SECONDS))
        return pages[encoding]
    finally:
        if versions is not None:
            _try(lambda: cache.delete(lock))


def _pages(response: HttpResponse) -> dict[str, Page]:
    body = response.content
    etag = hashlib.sha256(body).hexdigest()[:24]
    compress = zlib.compressobj(6, wbits=31)
    bodies = {
        "br": brotli.compress(body, quality=6),
        "gzip": compress.compress(body) + compress.flush(),
        "": body,
    }
    own = ("content-type", "content-length")
    headers = tuple((k, v) for k, v in response.items() if k.lower() not in own)
    return {
        encoding: Page(
            body=bodies[encoding],
            content_type=response["Content-Type"],
            etag=f'"{etag}-{encoding or "plain"}"',
            modified=int(time.time()),  # what else stands on the page may be newer than its subject
            headers=headers,
        )
        for encoding in ENCODINGS
    }


def _answer(request: HttpRequest, page: Page, encoding: str) -> HttpResponse:
    if _has_it(request, page):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
        if encoding:
            response["Content-Encoding"] = encoding
        for name, value in page.headers:
            response[name] = value
    response["ETag"] = page.etag
    response["Last-Modified"] = http_date(page.modified)
    response.setdefault("Cache-Control", BROWSERS)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _has_it(request: HttpRequest, page: Page) -> bool:
    """RFC 9110: an ETag counts before a date, and compares weakly for GET."""
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        names = {name.strip().removeprefix("W/") for name in asked.split(",")}
        return page.etag in names or "*" in names
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and since >= page.modified


def _encoding(accepted: str) -> str:
    offered = {
        part.split(";")[0].strip().lower()
        for part in accepted.split(",")
        if not part.replace(" ", "").endswith((";q=0", ";q=0.0"))
    }
    return next((each for each in ("br", "gzip") if each in offered), "")


def _try(operation: Callable[[], Any]) -> Any:
    """What it returns, or None while the cache does not answer. One failure costs one time-out."""
    if not breaker.ready():
        return None
    try:
        answer = operation()
    except (RedisError, OSError) as error:
        breaker.failed()
        log.warning("The page cache does not answer (%s); trying later.", type(error).__name__)
        return None
    breaker.succeeded()
    return answer

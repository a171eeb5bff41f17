"""Whole public pages, kept in the cache service until something they show changes.

A page is kept under its address and with the versions its tags had before it was made. One round
trip fetches the page and today's versions; only where they are the same the page is served.
Dropping a tag gives it another version. A version is a random name, never a number: one that is
lost makes the pages of its tag old, and none can come back to life. Anyone may import this.

What a stranger types makes no entry: `key` comes from parsed values, an address without a page
leaves nothing behind, and in each PAGE_CACHE_SECONDS at most PAGE_CACHE_PAGES are kept.
"""

import hashlib
import pickle
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from core.cache import http_cache, service
from core.cache.http_cache import Page
from core.cache.service import attempt, fetch

# How long a visitor waits for the page that another is having made, before making it as well.
PATIENCE, STEP = 5.0, 0.02
# Within it a process shows a page again without asking the cache: what a crowd costs one question,
# and what a change may come late in other processes. Shorter than the way to any visitor.
MOMENT, MOST_HELD = 0.02, 128
FORMAT = 2  # a release that keeps something else must not read what an older one left

_local = threading.Lock()
_making: dict[str, threading.Event] = {}
_owed: set[str] = set()
_held: dict[tuple[str, str], tuple[float, Page]] = {}
NOTHING: tuple[float, Page | None] = (0.0, None)


def serve(
    request: HttpRequest, *, tags: Iterable[str], make: Callable[[], HttpResponse], key: str = ""
) -> HttpResponse:
    """Answer with the kept page of this address, or with what `make` returns, kept from then on.

    `make` must not look at who asks. Only answers with status 200 are kept. `tags` follow from the
    address alone; "site" (what stands on every page) is always one of them. `key` is what counts of
    the query, made from values that were parsed; left out, the address without a query.
    """
    name = f"{request.path} {key}"
    encoding = http_cache.encoding_for(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    tags = ("site", *tags)
    pay()
    page = _held_or_kept(name, encoding, tags) or _made_once(name, encoding, tags, make)
    return page if isinstance(page, HttpResponse) else http_cache.answer(request, page)


def drop(*tags: str) -> None:
    """Let the pages with any of these tags be made anew, once the transaction has committed."""
    transaction.on_commit(lambda: drop_now(*tags), robust=True)


def drop_now(*tags: str) -> None:
    """The same for what has been committed. What the cache cannot be told now is owed to it."""
    names = {tag_key(tag): secrets.token_hex(8) for tag in tags}
    if attempt(lambda: cache.set_many(names, None)) is None:
        _owed.update(tags)
    else:
        _owed.difference_update(tags)
    _held.clear()


def pay() -> None:
    """Tell the cache what is owed to it. Before anything is read that a tag can make old."""
    if _owed:
        drop_now(*_owed)


def tag_key(tag: str) -> str:
    """The key of the version that a tag has."""
    return f"page-tag:{tag}"


def _entry(name: str, encoding: str) -> str:
    digest = hashlib.sha256(f"{FORMAT} {name}".encode()).hexdigest()
    return f"page:{digest[:32]}:{encoding}"


def _held_or_kept(name: str, encoding: str, tags: tuple[str, ...]) -> Page | None:
    """A page that this process found in the cache a moment ago, without asking once more.

    When the moment is over one visitor asks, and the others are shown it until they have an answer.
    """
    now, asked = time.monotonic(), (name, encoding)
    until, page = _held.get(asked, NOTHING)
    if now < until:
        return page
    if page is not None:
        _held[asked] = now + MOMENT, page
    page = _kept(name, encoding, tags)
    if page is None:
        _held.pop(asked, None)
        return None
    if len(_held) >= MOST_HELD:
        _held.clear()
    _held[asked] = now + MOMENT, page
    return page


def _kept(name: str, encoding: str, tags: tuple[str, ...]) -> Page | None:
    """One round trip. None where the page is not there, is old, or the cache does not answer."""
    found = attempt(lambda: fetch(_question(name, encoding, tags)))
    if found is None or None in found:
        return None
    kept, *today = found
    made_with, page = pickle.loads(kept)  # noqa: S301  (written below, by us)
    return Page(*page) if made_with == today else None


def versions(tags: tuple[str, ...]) -> list[bytes] | None:
    """Today's versions; those that are missing get one. None while the cache does not answer."""
    return _versions(tags)[0]


def _versions(tags: tuple[str, ...]) -> tuple[list[bytes] | None, list[str]]:
    """The same, and the names of those that this call has brought into the cache."""
    names, new = tuple(map(tag_key, tags)), []

    def read() -> list[bytes | None]:
        for name, version in zip(names, fetch(names), strict=True):
            if version is None and cache.add(name, secrets.token_hex(8), None):
                new.append(name)
        return fetch(names)

    found = attempt(read)
    return (None if found is None or None in found else found), new


@lru_cache(maxsize=2048)
def _question(name: str, encoding: str, tags: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of a page: itself, then its tags."""
    return (_entry(name, encoding), *map(tag_key, tags))


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
        if not service.breaker.ready():
            break
    return make()


def _made(
    name: str,
    encoding: str,
    tags: tuple[str, ...],
    make: Callable[[], HttpResponse],
    until: float,
) -> Page | HttpResponse:
    lock, mine = _entry(name, "lock"), secrets.token_hex(8)
    while attempt(lambda: cache.add(lock, mine, int(PATIENCE))) is False:
        time.sleep(STEP)
        page = _kept(name, encoding, tags)
        if page is not None:
            return page
        if time.monotonic() > until:
            break
    current, new = _versions(tags)  # before the first query: a change while we render makes it old
    kept = False
    try:
        response = make()
        if response.status_code != 200:
            return response
        pages = http_cache.pages(response)
        if current is not None and _has_room():
            entries = {_entry(name, each): (current, tuple(page)) for each, page in pages.items()}
            kept = attempt(lambda: cache.set_many(entries, settings.PAGE_CACHE_SECONDS)) is not None
        return pages[encoding]
    finally:
        if current is not None:
            # Of an address without a page nothing stays, no version either.
            attempt(lambda: cache.delete_many([lock] if kept else [lock, *new]))


def _has_room() -> bool:
    """Count one page; False when too many were kept in this span of time."""
    span = settings.PAGE_CACHE_SECONDS or 1
    key = f"page-count:{int(time.time()) // span}"

    def count() -> int:
        cache.add(key, 0, 2 * span)
        return cache.incr(key)

    found = attempt(count)
    return found is not None and found <= settings.PAGE_CACHE_PAGES

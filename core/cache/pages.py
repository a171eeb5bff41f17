"""Whole public pages, kept in Django's cache until something they show changes.

A page is kept under its address, with the version that each of its tags had before it was made.
One question to the cache brings the page and today's versions, and the page is shown where they
are the same. Dropping a tag gives it another version: a random name, never a number, so that none
comes back to life after one was lost.

What a stranger types makes no entry: `key` comes from parsed values, an address without a page
leaves nothing behind, and in each PAGE_CACHE_SECONDS at most PAGE_CACHE_PAGES are kept.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from core.cache import http_cache
from core.cache.http_cache import Page
from core.circuit_breaker import cache_breaker

# How long a visitor waits for the page that another is having made, before making it as well.
PATIENCE, STEP = 5, 0.02
FORMAT = 3  # a release that keeps something else must not read what an older one left

attempt = cache_breaker.attempt
Make = Callable[[], HttpResponse]


class Tags:
    """The versions of tags in the cache, and those that it could not be told of yet."""

    def __init__(self) -> None:
        self._owed: set[str] = set()

    def drop(self, tags: Iterable[str]) -> None:
        """Give new versions to these and to those owed; owe them all while the cache is away."""
        owed = {*self._owed, *tags}
        versions = {tag_key(tag): secrets.token_hex(8) for tag in owed}
        if attempt(lambda: cache.set_many(versions, None)) == []:
            self._owed.difference_update(owed)
        else:
            self._owed.update(owed)

    def pay(self) -> None:
        """Tell the cache what is owed, before anything is read that a tag can make old."""
        if self._owed:
            self.drop(())


tags_in_cache = Tags()


def serve(request: HttpRequest, *, tags: Iterable[str], make: Make, key: str = "") -> HttpResponse:
    """Return the kept page of this address, or what `make` returns, kept from then on.

    `make` must not look at who asks: such an answer is shown and not kept, as is one whose status
    is not 200. `tags` follow from the address alone; "site" (what stands on every page) is always
    one of them. `key` is what counts of the query, made from values that were parsed; left out, the
    address without a query.
    """
    tags_in_cache.pay()
    page = _Kept(f"{request.path} {key}", http_cache.encoding_for(request), ("site", *tags))
    found = page.read() or _made_once(page, request, make)
    return http_cache.answer(request, found) if isinstance(found, Page) else found


def drop(*tags: str) -> None:
    """Let the pages with any of these tags be made anew, once the transaction has committed."""
    transaction.on_commit(lambda: drop_now(*tags), robust=True)


def drop_now(*tags: str) -> None:
    """Do the same for what has been committed."""
    tags_in_cache.drop(tags)


def tag_key(tag: str) -> str:
    """Return the key under which the version of a tag stands in the cache."""
    return f"page-tag:{tag}"


class _Kept:
    """What the cache may hold of one address, in one encoding."""

    def __init__(self, address: str, encoding: str, tags: tuple[str, ...]) -> None:
        digest = hashlib.sha256(f"{FORMAT} {address}".encode()).hexdigest()[:32]
        self.prefix, self.encoding = f"page:{digest}:", encoding
        self.tags = [tag_key(tag) for tag in tags]

    def read(self) -> Page | None:
        """Return the page; None where it is missing or old, or the cache does not answer."""
        name = self.prefix + self.encoding
        found = attempt(lambda: cache.get_many([name, *self.tags])) or {}
        made_with, page = found.pop(name, (None, None))
        return Page(*page) if made_with == found and len(found) == len(self.tags) else None

    def versions(self) -> dict[str, str] | None:
        """Return the versions of the tags that have one; None while the cache is away."""
        return attempt(lambda: cache.get_many(self.tags))

    def write(self, pages: dict[str, Page], made_with: dict[str, str]) -> None:
        """Keep the pages, unless one of their tags has been dropped since `made_with`."""
        new = {tag: secrets.token_hex(8) for tag in self.tags if tag not in made_with}
        # A tag that has a version by now got it while the page was made: it may be old already.
        if _has_room() and all(attempt(partial(cache.add, *each, None)) for each in new.items()):
            versions = made_with | new
            entries = {self.prefix + name: (versions, tuple(page)) for name, page in pages.items()}
            attempt(lambda: cache.set_many(entries, settings.PAGE_CACHE_SECONDS))


def _made_once(kept: _Kept, request: HttpRequest, make: Make) -> Page | HttpResponse:
    """Of all who want a page that is not there, let one make it and the others wait for that."""
    lock, until = f"{kept.prefix}lock", time.monotonic() + PATIENCE
    while attempt(lambda: cache.add(lock, True, PATIENCE)) is False and time.monotonic() < until:
        time.sleep(STEP)
        page = kept.read()
        if page is not None:
            return page
    try:
        return kept.read() or _made(kept, request, make)
    finally:
        attempt(lambda: cache.delete(lock))


def _made(kept: _Kept, request: HttpRequest, make: Make) -> Page | HttpResponse:
    versions = kept.versions()  # before the first query: a change while we render makes it old
    response = make()
    if response.status_code != 200 or not http_cache.is_public(request, response):
        return response
    pages = http_cache.encode(response)
    if versions is not None:
        kept.write(pages, versions)
    return pages[kept.encoding]


def _has_room() -> bool:
    """Count one page; return False when too many were kept in this span of time."""
    span = settings.PAGE_CACHE_SECONDS or 1
    key = f"page-count:{int(time.time()) // span}"

    def count() -> int:
        cache.add(key, 0, 2 * span)
        return cache.incr(key)

    found = attempt(count)
    return found is not None and found <= settings.PAGE_CACHE_PAGES

"""The cached copy of the practice, which every page reads.

It is kept with the version that the tag "site" had before it was read from the database, so what
makes the pages old makes it old as well: no page is made from an older practice and kept as new.
"""

import hashlib
import pickle
import secrets
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache

from core.cache import pages
from core.cache.service import attempt, fetch

LIFETIME = 300  # seconds; what somebody changes past the admin shows after that
TAG = "site"

Copy = tuple[bytes | None, bytes | None]  # as it is kept, and the version that the tag has now

_last_seen: tuple[Any, Copy] = None, (None, None)


def read(key: str) -> Copy:
    """What there is; nothing while the cache does not answer. One round trip."""
    pages.pay()
    found = attempt(lambda: fetch((key, pages.tag_key(TAG))))
    return tuple(found) if found else (None, None)


def made_from(copy: Copy) -> Any:
    """The practice last seen, where it was made from this very copy; else None."""
    practice, its_copy = _last_seen
    return practice if None not in copy and copy == its_copy else None


def values(copy: Copy) -> dict[str, Any] | None:
    """The values in it, or None when there is no copy or it is old."""
    kept, version = copy
    if kept is None:
        return None
    made_with, values = pickle.loads(kept)  # noqa: S301  (written below, by us)
    return values if made_with == version else None


def version() -> bytes | None:
    """To be asked for before the values are read. None while the cache does not answer."""
    found = pages.versions((TAG,))
    return found[0] if found else None


def name_of(version: bytes | None) -> str:
    """A name for what is made under this version; without one, a name that nothing has twice."""
    return secrets.token_hex(8) if version is None else hashlib.sha256(version).hexdigest()[:16]


def fill(key: str, values: dict[str, Any], made_with: bytes | None) -> None:
    """Cache what was just read. Where a save came in between, it is old from the start."""
    if made_with is not None:
        attempt(lambda: cache.set(key, (made_with, values), LIFETIME))


def keep_in_process(practice: Any, copy: Copy) -> None:
    global _last_seen
    _last_seen = practice, copy


def last_seen() -> Any:
    """What this process last showed, without any input or output; None before the first page."""
    return _last_seen[0]


def fingerprint(names: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]

"""The cached copy of the practice, which every page reads."""

import hashlib
import pickle
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache

from curednation.cacheservice import attempt, fetch

LIFETIME = 300  # how long an old copy can live if a save could not reach the cache

_last_seen: tuple[Any, bytes | None] = None, None  # the practice, and the copy it was made from


def read(key: str) -> bytes | None:
    """The copy as it is kept, or None when there is none or the cache does not answer."""
    return attempt(lambda: fetch((key,))[0])


def values(copy: bytes) -> dict[str, Any]:
    return pickle.loads(copy)  # noqa: S301  (written below, by us)


def fill(key: str, values: dict[str, Any]) -> None:
    """Cache what was just read, unless a save has put something newer there meanwhile."""
    attempt(lambda: cache.add(key, values, LIFETIME))


def replace(key: str, values: dict[str, Any] | None) -> None:
    """Cache what was just saved, over whatever is there; with None only forget."""
    if values is None:
        attempt(lambda: cache.delete(key))
    else:
        attempt(lambda: cache.set(key, values, LIFETIME))


def keep_in_process(practice: Any, copy: bytes | None) -> None:
    global _last_seen
    _last_seen = practice, copy


def made_from(copy: bytes | None) -> Any:
    """The practice last seen, where it was made from this very copy; else None."""
    practice, made_from_this = _last_seen
    return practice if copy is not None and copy == made_from_this else None


def last_seen() -> Any:
    """What this process last showed, without any input or output; None before the first page."""
    return _last_seen[0]


def fingerprint(names: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]

"""The cached copy of the practice, and what happens while the cache does not answer.

Every page reads the practice, so a dead cache must not fail a page and a cache that hangs must not
slow every page: after one failure this process leaves the cache alone for REST seconds, then a
single request tries again.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

REST = 15.0
LIFETIME = 300  # how long an old copy can live if a save could not reach the cache

logger = logging.getLogger(__name__)
_rest_until = 0.0
_last_seen: Any = None


def read(key: str) -> dict[str, Any] | None:
    """The cached values, or None when there are none or the cache does not answer."""
    return _try(lambda: cache.get(key))


def fill(key: str, values: dict[str, Any]) -> None:
    """Cache what was just read, unless a save has put something newer there meanwhile."""
    _try(lambda: cache.add(key, values, LIFETIME))


def replace(key: str, values: dict[str, Any] | None) -> None:
    """Cache what was just saved, over whatever is there; with None only forget."""
    if values is None:
        _try(lambda: cache.delete(key))
    else:
        _try(lambda: cache.set(key, values, LIFETIME))


def keep_in_process(practice: Any) -> None:
    global _last_seen
    _last_seen = practice


def last_seen() -> Any:
    """What this process last showed, without any input or output; None before the first page."""
    return _last_seen


def fingerprint(names: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]


def _try(operation: Callable[[], Any]) -> Any:
    global _rest_until
    now = time.monotonic()
    if now < _rest_until:
        return None
    if _rest_until:
        _rest_until = now + REST  # the others go on resting while this request tries
    try:
        answer = operation()
    except (RedisError, OSError) as error:
        _rest_until = time.monotonic() + REST
        logger.warning("The cache does not answer (%s); trying again later.", type(error).__name__)
        return None
    _rest_until = 0.0
    return answer

"""Rate limits, counted in the cache service before anything is written or sent.

Where the cache is away each process counts for itself: a limit never turns a patient away
because a service is down, and never disappears either.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

logger = logging.getLogger(__name__)
T = TypeVar("T")

PAUSE_AFTER_FAILURE = 10.0
_shared_paused_until = 0.0


def allow(rule: str, *who: str) -> bool:
    """Count one use of `rule` by `who`; False when it is over `settings.LIMITS[rule]`.

    `who` (an address, a network) is hashed with a key: the cache learns nobody's name.
    """
    return _hit(_rate(settings.LIMITS[rule]), rule, hashed("\n".join(who)))


def forget(rule: str, *who: str) -> None:
    """Count anew for `who`: they have shown that they are no guesser."""
    rate, key = _rate(settings.LIMITS[rule]), hashed("\n".join(who))
    for storage in (shared_counts, _own):
        with contextlib.suppress(Exception):  # while the cache is away the count runs out by itself
            SlidingWindowCounterRateLimiter(storage()).clear(rate, rule, key)


def hashed(text: str) -> str:
    """Return 32 hex digits that stand for `text` in a key of the cache."""
    return salted_hmac("curednation.guard", text, algorithm="sha256").hexdigest()[:32]


def allow_most(most: int, span: timedelta, *what: str) -> bool:
    """Count one use of `what`; False, and nothing counted, where `most` were within `span`.

    For limits that are computed: the same `what` is counted once, whatever `most` is.
    """
    key, seconds = key_of(span, *what), int(span.total_seconds())
    return _ask(lambda storage: storage.acquire_sliding_window_entry(key, most, seconds))


def counted(span: timedelta, *what: str) -> int:
    """Return how many uses of `what` `allow_most` has counted within `span`."""
    key, seconds = key_of(span, *what), int(span.total_seconds())
    before, expires_in, now, _ = _ask(lambda storage: storage.get_sliding_window(key, seconds))
    return round(before * expires_in / seconds + now)


def key_of(span: timedelta, *what: str) -> str:
    """Return where uses of `what` within `span` are counted."""
    return f"LIMITS/{hashed(chr(10).join(what))}/{int(span.total_seconds())}"


def _hit(rate: RateLimitItem, *keys: str) -> bool:
    return _ask(lambda storage: SlidingWindowCounterRateLimiter(storage).hit(rate, *keys))


def _ask(question: Callable[[Any], T]) -> T:
    """Ask the shared storage; while it is away, this process's own."""
    global _shared_paused_until
    if time.monotonic() >= _shared_paused_until:
        try:
            return question(shared_counts())
        except Exception:  # whatever the client library raises, the patient goes on
            logger.warning("The cache is away: limits are counted per process", exc_info=True)
            _shared_paused_until = time.monotonic() + PAUSE_AFTER_FAILURE
    return question(_own())


@cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)


def shared_counts() -> Storage:
    """Return the counts in the cache service, which all processes share. Asked while it is away,
    they raise RedisError."""
    where = settings.CACHES["default"]
    return _counts_at(str(where["LOCATION"]), str(where["KEY_PREFIX"]))


@cache
def _counts_at(url: str, prefix: str) -> Storage:
    if url.startswith("unix://"):
        url = f"redis+{url}"
    shared = storage_from_string(
        url,
        socket_timeout=1,
        socket_connect_timeout=1,
        key_prefix=prefix,
    )
    return cast(Storage, shared)


@cache
def _own() -> Storage:
    return MemoryStorage()

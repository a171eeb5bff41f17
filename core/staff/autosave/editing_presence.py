"""Who else has a record's form open: a hint for people, kept in the cache. Saving checks by itself.

A page says every 20 seconds that it is open, one in the background once a minute.
"""

import time
from typing import Any

from django.core.cache import cache
from django.db.models import Model

from core.circuit_breaker import cache_breaker

OPEN_FOR = 3 * 60  # seconds


def mark_open(record: Model, user: Any) -> list[str]:
    """Note that `user` has it open, and return the names of the others who do."""
    key, now = _key(record), time.time()
    known = cache_breaker.attempt(lambda: cache.get(key, {}))
    if known is None:  # the cache is away
        return []
    known = {pk: (name, at) for pk, (name, at) in known.items() if now - at < OPEN_FOR}
    others = [name for pk, (name, _) in known.items() if pk != user.pk]
    cache_breaker.attempt(lambda: cache.set(key, known | {user.pk: (str(user), now)}, OPEN_FOR))
    return others


def mark_closed(record: Model, user: Any) -> None:
    """Forget that `user` has it open."""
    key = _key(record)
    known = cache_breaker.attempt(lambda: cache.get(key)) or {}
    if known.pop(user.pk, None):
        cache_breaker.attempt(lambda: cache.set(key, known, OPEN_FOR))


def _key(record: Model) -> str:
    return f"open:{record._meta.label_lower}:{record.pk}"

"""Telling the process what has changed in a room, and asking it who is there. From the site."""

import logging
from typing import Any

from django.core.cache import cache

from core.circuit_breaker import cache_breaker
from visits.signalling import channel
from visits.signalling.channel import News

log = logging.getLogger(__name__)


def tell(news: News) -> bool:
    """Tell it now; return whether somebody heard. Never raises, and takes a second at most.

    Not by the circuit breaker: it would keep quiet for a while after the service is back.
    """
    try:
        return bool(_client().publish(channel.name(), news.text()))
    except Exception as error:  # each client has errors of its own
        log.warning("A room was not told of a change (%s).", type(error).__name__)
        return False


def who_is_here(room: str) -> list[str]:
    """Return the seats that are taken in a room, as the process said last; none where unknown."""
    found = cache_breaker.attempt(lambda: (_client().hget(channel.here_key(), room),))
    return found[0].decode().split(",") if found and found[0] else []


def rooms_in_use() -> list[str]:
    """Return the rooms in which somebody is, as the process said last; none where unknown."""
    found = cache_breaker.attempt(lambda: (_client().hkeys(channel.here_key()),))
    return [name.decode() for name in found[0]] if found else []


def listeners() -> int | None:
    """Return how many processes of rooms hear what is told; None where nobody can know."""
    found = cache_breaker.attempt(lambda: (_client().pubsub_numsub(channel.name()),))
    return int(found[0][0][1]) if found else None


def _client() -> Any:
    return cache._cache.get_client(write=True)  # type: ignore[attr-defined]  # our own backend

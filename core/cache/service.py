"""The cache service, as every page meets it: asked in the cheapest way, and left alone while it
does not answer.

A dead cache must not fail a page, and a cache that hangs must not slow every page: one failure
costs this process one time-out in REST seconds. Anyone may import this.
"""

import logging
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from core.circuit_breaker import Breaker

REST = 15

log = logging.getLogger(__name__)
breaker = Breaker(rest=REST)
_thread = threading.local()


def attempt(operation: Callable[[], Any]) -> Any:
    """What it returns, or None while the cache does not answer."""
    if not breaker.ready():
        return None
    try:
        answer = operation()
    except (RedisError, OSError) as error:
        breaker.failed()
        log.warning("The cache does not answer (%s); trying again later.", type(error).__name__)
        return None
    breaker.succeeded()
    return answer


def fetch(keys: tuple[str, ...]) -> list[bytes | None]:
    """What stands under these keys, as Django's cache has written it: values are pickled.

    Django's cache makes a client for each call, which takes ten times as long as asking; so each
    thread keeps a connection of the cache's own pool. Raises RedisError or OSError.
    """
    if getattr(_thread, "caches", None) is not settings.CACHES:
        _thread.caches, _thread.prefix = settings.CACHES, cache.make_key("")
        pool = cache._cache._get_connection_pool(write=False)  # type: ignore[attr-defined]
        _thread.connection = pool.make_connection()
    connection, command = _thread.connection, _packed(_thread.prefix, keys)
    try:
        return _ask(connection, command)
    except (RedisError, OSError):
        connection.disconnect()
        if _thread.fresh:
            raise
    return _ask(connection, command)  # the service may have been started anew since


@lru_cache(maxsize=2048)
def _packed(prefix: str, keys: tuple[str, ...]) -> bytes:
    """MGET of these keys in the protocol's own words."""
    words = [b"MGET", *(f"{prefix}{key}".encode() for key in keys)]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)


def _ask(connection: Any, command: Any) -> list[bytes | None]:
    _thread.fresh = connection._sock is None
    connection.send_packed_command([command], check_health=False)
    return connection.read_response()

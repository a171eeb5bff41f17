"""Django's cache in Redis or Valkey with one client for each connection pool.

allauth keeps in it whom it has counted and which codes were used, and knows no life without it:
while the service is away each process keeps these for itself, so that staff get in.
"""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from core.circuit_breaker import cache_breaker

OF_SIGN_IN = ("allauth", "staff-code:")


class OneClient(RedisCacheClient):
    """Makes its client once. Django makes one for each call, which takes longer than the call."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client that reads, or the one that writes; both may be used by any thread."""
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


class OneClientRedisCache(RedisCache):
    """The backend to name in CACHES."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
        self._own = LocMemCache("sign-in", {"MAX_ENTRIES": 10_000})

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._kept(key, lambda cache: cache.add(key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._kept(key, lambda cache: cache.get(key, default, version))

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._kept(key, lambda cache: cache.set(key, value, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._kept(key, lambda cache: cache.delete(key, version))

    def _kept(self, key: str, operation: Callable[[Any], Any]) -> Any:
        """Ask the service; while it is away, for what sign-in counts, this process's memory."""
        shared = super()
        if not key.startswith(OF_SIGN_IN):
            return operation(shared)
        found = cache_breaker.attempt(lambda: (operation(shared),))
        return found[0] if found else operation(self._own)

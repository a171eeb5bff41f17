"""Kombu's Redis transport, with one fault mended for which a worker ended that lost its broker.

Celery closes a lost connection twice (kombu 5.7, celery 5.7). The first time a channel stumbles
over the dead socket before it has given back what it was handed; then its connection forgets where
the server is; the second time the channel asks for that, and gets None. The AttributeError is none
of the errors after which a worker connects again, so it ended: with an idle process beside a busy
one, at each restart of Redis. The same meets a task that ends meanwhile and is acknowledged.

`tests/core/test_redis_transport.py` tells when kombu has mended it; then this module can go.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    """Says what is the matter in a way that everybody who uses a channel expects."""

    def _get_pool(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("The connection of this channel was given up.")
        return super()._get_pool(asynchronous=asynchronous)  # type: ignore[misc]  # the stubs leave it out


class Transport(redis.Transport):
    """For addresses that begin with redis:// or rediss://, or with redis+socket://."""

    Channel = Channel


def use() -> None:
    """Let connections that are made from now on in this process use it."""
    name = f"{__name__}:{Transport.__qualname__}"
    TRANSPORT_ALIASES.update({"redis": name, "rediss": name})

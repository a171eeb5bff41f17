"""Kombu's Redis transport, with two faults mended: a worker ended, or fell silent, for its broker.

Celery closes a lost connection twice (kombu 5.7, celery 5.7). The first time a channel stumbles
over the dead socket before it has given back what it was handed; then its connection forgets where
the server is; the second time the channel asks for that, and gets None. The AttributeError is none
of the errors after which a worker connects again, so it ended: with an idle process beside a busy
one, at each restart of Redis. The same meets a task that ends meanwhile and is acknowledged.

A task that ends while Redis hangs cannot be acknowledged. Celery goes on, but for kombu the message
stays with the worker: with as many of them as it may have in hand it never asked for another, until
somebody started it again.

`tests/core/test_redis_transport.py` tells when kombu has mended them; then this module can go.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.sentinel import MasterNotFoundError


class QoS(redis.QoS):
    """Lets go of a message that cannot be acknowledged.

    Redis keeps it among those that a worker has, and hands it out once more when its time is over:
    an hour, as for those of a killed worker. Each of our tasks may run twice.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]  # the stubs leave it out
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        except Exception:
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]  # the stubs leave it out
            raise


class Channel(redis.Channel):
    """Says what is the matter in a way that everybody who uses a channel expects."""

    QoS = QoS

    def _get_pool(self, asynchronous: bool = False) -> Any:
        refuse_where_given_up(self)
        return super()._get_pool(asynchronous=asynchronous)  # type: ignore[misc]  # the stubs leave it out


class SentinelChannel(redis.SentinelChannel):
    """The same, for a Redis whose place Sentinel tells."""

    def _get_pool(self, asynchronous: bool = False) -> Any:
        refuse_where_given_up(self)
        return super()._get_pool(asynchronous=asynchronous)  # type: ignore[misc]  # the same


class Transport(redis.Transport):
    """For addresses that begin with redis:// or rediss://, or with redis+socket://."""

    Channel = Channel


class SentinelTransport(redis.SentinelTransport):
    """For addresses that begin with sentinel://."""

    Channel = SentinelChannel
    # Nobody is master for the seconds in which Sentinel makes another one that.
    connection_errors = (*redis.SentinelTransport.connection_errors, MasterNotFoundError)


def refuse_where_given_up(channel: redis.Channel) -> None:
    """Raise ConnectionError where the channel's connection has forgotten its server."""
    if channel.connection is None or channel.connection.client is None:
        raise RedisConnectionError("The connection of this channel was given up.")


def use() -> None:
    """Let connections that are made from now on in this process use them."""
    name = f"{__name__}:{Transport.__qualname__}"
    sentinel = f"{__name__}:{SentinelTransport.__qualname__}"
    TRANSPORT_ALIASES.update({"redis": name, "rediss": name, "sentinel": sentinel})

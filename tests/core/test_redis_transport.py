"""A connection to Redis that is given up can be closed, whatever its channels still hold."""

import contextlib
import time

import pytest
from kombu import Connection, Message, Queue
from kombu.transport import redis

from core import redis_transport
from curednation.celery import app
from tests.brokers import Redis


def lose(transport: type[redis.Transport]) -> list[Message]:
    """Lose Redis with messages in hand, and give up as a Celery worker does; return them."""
    kept: list[Message] = []
    with Redis() as server:
        connection = Connection(server.url, transport=transport)
        queue = Queue("letters")(connection.default_channel)
        queue.declare()
        for _ in range(2):
            connection.Producer().publish("hello", routing_key="letters")
        callback = [lambda _, message: kept.append(message)]
        connection.Consumer([queue], callbacks=callback).consume()
        # Beside it a worker has channels for what it is told. All wait for more.
        connection.Consumer([Queue("control")], channel=connection.channel()).consume()
        connection.drain_events(timeout=5)
        connection.drain_events(timeout=5)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.1)
        server.kill()
        connection.collect(socket_timeout=0.1)
        connection.close()
    return kept


def test_a_lost_connection_can_be_given_up_and_late_tasks_acknowledged():
    begin = time.monotonic()
    [message, _] = lose(redis_transport.Transport)
    with pytest.raises(tuple(redis_transport.Transport.connection_errors)):
        message.ack()  # a connection error, which a worker writes down and lives with
    assert time.monotonic() - begin < 10


def test_kombu_itself_still_has_the_fault():
    """Where this fails the fault is mended: drop core/redis_transport.py."""
    with pytest.raises(AttributeError, match="hostname"):
        lose(redis.Transport)


def test_the_site_uses_ours():
    with app.connection_for_write() as connection:
        assert connection.transport_cls == "redis"
        assert isinstance(connection.transport, redis_transport.Transport)


def goes_on_after_a_pause(transport: type[redis.Transport], *, within: float) -> bool:
    """End two tasks, as many as may be in hand, while Redis hangs; return whether more come."""
    kept: list[Message] = []
    with Redis() as server:
        # As the settings have it, only sooner.
        connection = Connection(
            server.url, transport=transport, transport_options={"socket_timeout": 0.2}
        )
        queue = Queue("letters")(connection.default_channel)
        queue.declare()
        for _ in range(3):
            connection.Producer().publish("hello", routing_key="letters")
        consumer = connection.Consumer([queue], callbacks=[lambda _, mail: kept.append(mail)])
        consumer.qos(prefetch_count=2)
        consumer.consume()
        connection.drain_events(timeout=5)
        connection.drain_events(timeout=5)
        server.pause()
        for message in kept:
            with pytest.raises(tuple(transport.connection_errors)):
                message.ack()
        server.resume()
        with contextlib.suppress(TimeoutError):
            connection.drain_events(timeout=within)
        connection.close()
    return len(kept) == 3


def test_tasks_that_end_while_redis_hangs_leave_room_for_others():
    assert goes_on_after_a_pause(redis_transport.Transport, within=20)


def test_kombu_still_needs_to_be_told_that_there_is_room():
    assert not goes_on_after_a_pause(redis.Transport, within=1)

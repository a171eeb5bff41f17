"""A broker or cache that hangs costs a visitor about a second, a dead one nothing."""

import socket
import time

import pytest
from celery import Celery
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from kombu.exceptions import OperationalError

from tests.processes import free_port

# Seconds, with room for a busy machine; without our time limits it takes six to more than forty.
ENOUGH = 5


@pytest.fixture
def hung():
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead():
    return free_port()


def publish(url):
    """Hand a task to this broker with the site's own settings; return how long that took."""
    prefix = "CELERY_"
    names = (name for name in dir(settings) if name.startswith(prefix))
    conf = {name.removeprefix(prefix).lower(): getattr(settings, name) for name in names}
    amqp = {"broker_transport_options": {"read_timeout": 1, "write_timeout": 1}}
    app = Celery("probe", set_as_current=False)  # later tests publish by the site's own
    app.conf.update(conf | {"broker_url": url} | (amqp if url.startswith("amqp") else {}))
    started = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task("anything", args=[1])
    return time.monotonic() - started


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{}/0", "amqp://guest@127.0.0.1:{}//"])
def test_a_hung_broker_costs_a_second(hung, address):
    assert publish(address.format(hung)) < ENOUGH


@pytest.mark.parametrize("address", ["redis://127.0.0.1:{}/0", "amqp://guest@127.0.0.1:{}//"])
def test_a_dead_broker_is_noticed_at_once(dead, address):
    assert publish(address.format(dead)) < 1


def test_a_hung_cache_costs_a_second(hung):
    options = settings.CACHES["default"]["OPTIONS"]
    cache = RedisCache(f"redis://127.0.0.1:{hung}/1", {"OPTIONS": options})
    started = time.monotonic()
    with pytest.raises(Exception, match="Timeout"):
        cache.get("key")
    assert time.monotonic() - started < ENOUGH

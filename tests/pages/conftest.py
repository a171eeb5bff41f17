import pytest

from core.cache import service
from core.circuit_breaker import Breaker
from core.practice import cached


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    """As if this process had shown no page yet, and met no trouble with the cache."""
    monkeypatch.setattr(service, "breaker", Breaker(rest=service.REST))
    monkeypatch.setattr(cached, "_last_seen", (None, (None, None)))


@pytest.fixture
def dead_cache(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

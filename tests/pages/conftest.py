import pytest

from core.cache import pages
from core.circuit_breaker import cache_breaker


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    """As if this process had shown no page yet, and met no trouble with the cache."""
    monkeypatch.setattr(pages, "tags_in_cache", pages.Tags())
    cache_breaker.reset()
    yield
    cache_breaker.reset()


@pytest.fixture
def dead_cache(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

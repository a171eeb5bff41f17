import pytest

from curednation import cacheservice
from curednation.mail.breaker import Breaker
from curednation.practice import shared


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    """As if this process had shown no page yet, and met no trouble with the cache."""
    monkeypatch.setattr(cacheservice, "breaker", Breaker(rest=cacheservice.REST))
    monkeypatch.setattr(shared, "_last_seen", (None, (None, None)))


@pytest.fixture
def dead_cache(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

from uuid import uuid4

import pytest

from curednation.practice import shared


@pytest.fixture(autouse=True)
def own_cache(settings, monkeypatch):
    """A cache that no other test sees, and a process that has shown nothing yet."""
    own = settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid4().hex}"}
    settings.CACHES = {"default": own}
    monkeypatch.setattr(shared, "_rest_until", 0.0)
    monkeypatch.setattr(shared, "_last_seen", None)


@pytest.fixture
def dead_cache(settings):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }

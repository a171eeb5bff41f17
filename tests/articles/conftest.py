from uuid import uuid4

import pytest
from django.test import Client

from core.cache import pages
from core.circuit_breaker import cache_breaker
from tests.core.staff.people import fully_signed_in


@pytest.fixture(autouse=True)
def own_cache(settings, monkeypatch):
    """A cache that no other test sees, and a process that trusts it."""
    own = settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid4().hex}"}
    settings.CACHES = settings.CACHES | {"default": own}
    monkeypatch.setattr(pages, "tags_in_cache", pages.Tags())
    cache_breaker.reset()
    yield
    cache_breaker.reset()


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """`with commits():` does what a commit would: kept pages are dropped, tasks handed over."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def editor() -> Client:
    return fully_signed_in("editor", name="Eddie Editor")

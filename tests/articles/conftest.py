from uuid import uuid4

import pytest

from curednation import cacheservice, pagecache
from curednation.mail.breaker import Breaker


@pytest.fixture(autouse=True)
def own_cache(settings, monkeypatch):
    """A cache that no other test sees, and a process that trusts it."""
    own = settings.CACHES["default"] | {"KEY_PREFIX": f"test-{uuid4().hex}"}
    settings.CACHES = settings.CACHES | {"default": own}
    monkeypatch.setattr(cacheservice, "breaker", Breaker(rest=cacheservice.REST))
    monkeypatch.setattr(pagecache, "_owed", set())
    monkeypatch.setattr(pagecache, "_held", {})


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """`with commits():` does what a commit would: kept pages are dropped, tasks handed over."""
    return lambda: django_capture_on_commit_callbacks(execute=True)

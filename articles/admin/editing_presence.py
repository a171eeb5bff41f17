"""Who else has an article open: a hint for people, kept in the cache. Saving checks by itself."""

import time
from typing import Any

from django.core.cache import cache

from articles.models import Article
from core.circuit_breaker import cache_breaker

OPEN_FOR = 15 * 60  # seconds; staff who idle longer are signed out


def mark_open(article: Article, user: Any) -> list[str]:
    """Note that `user` has it open, and return the names of the others who do."""
    key, now = f"article-open:{article.pk}", time.time()
    known = cache_breaker.attempt(lambda: cache.get(key, {}))
    if known is None:  # the cache is away
        return []
    known = {pk: (name, at) for pk, (name, at) in known.items() if now - at < OPEN_FOR}
    others = [name for pk, (name, _) in known.items() if pk != user.pk]
    cache_breaker.attempt(lambda: cache.set(key, known | {user.pk: (str(user), now)}, OPEN_FOR))
    return others


def mark_closed(article: Article, user: Any) -> None:
    """Forget that `user` has it open."""
    key = f"article-open:{article.pk}"
    known = cache_breaker.attempt(lambda: cache.get(key)) or {}
    if known.pop(user.pk, None):
        cache_breaker.attempt(lambda: cache.set(key, known, OPEN_FOR))

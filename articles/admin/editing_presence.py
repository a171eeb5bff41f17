"""Who else has an article open: a hint for people, kept in the cache. Saving checks by itself."""

import time
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from articles.models import Article

OPEN_FOR = 15 * 60  # seconds; staff who idle longer are signed out


def mark_open(article: Article, user: Any) -> list[str]:
    """Note that `user` has it open, and return the names of the others who do."""
    key, now = f"article-open:{article.pk}", time.time()
    try:
        known = cache.get(key) or {}
        known = {pk: (name, at) for pk, (name, at) in known.items() if now - at < OPEN_FOR}
        known[user.pk] = (str(user), now)
        cache.set(key, known, OPEN_FOR)
    except (RedisError, OSError):
        return []
    return [name for pk, (name, _) in known.items() if pk != user.pk]


def mark_closed(article: Article, user: Any) -> None:
    """Forget that `user` has it open."""
    key = f"article-open:{article.pk}"
    try:
        known = cache.get(key) or {}
        if known.pop(user.pk, None):
            cache.set(key, known, OPEN_FOR)
    except (RedisError, OSError):
        return

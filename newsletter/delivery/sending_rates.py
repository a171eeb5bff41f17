"""How fast we send, over all workers.

Per second and per recipient domain are counted in the cache service: without it nothing that has
such a limit is sent. Per hour, and per day while a sender is new, come from the batches in the
database: what an open one may still send counts as sent.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import Now, TruncDate
from redis.exceptions import RedisError

from core.database import database_time
from core.guard import rate_limits
from newsletter.delivery import warm_up
from newsletter.models import Batch


class CannotCount(Exception):
    """The cache does not answer, so nobody knows how much was sent."""


def wait(domain: str) -> float:
    """Count one mail to this domain. Seconds until it may go; 0: now. Raises CannotCount."""
    limits = [
        (rate_limits.key_of(window, "newsletter", *what), most, int(window.total_seconds()))
        for most, window, *what in (
            (settings.NEWSLETTER_PER_SECOND, timedelta(seconds=1), "all"),
            (settings.NEWSLETTER_PER_DOMAIN, timedelta(minutes=1), "to", domain),
        )
        if most
    ]
    try:
        return _take(limits) if limits else 0.0
    except (RedisError, OSError) as error:
        raise CannotCount from error


def _take(limits: list[tuple[str, int, int]]) -> float:
    """Count one where all limits have room. Of workers that ask at once one may wait though there
    was room: it is never the other way round."""
    counts: Any = rate_limits.shared_counts()
    longest = max(_wait(counts, *limit) for limit in limits)
    if longest:
        return longest
    taken = [counts.acquire_sliding_window_entry(*limit) for limit in limits]
    return 0.0 if all(taken) else max(window / most for _key, most, window in limits)


def _wait(counts: Any, key: str, most: int, window: int) -> float:
    """The last window counts by the part of it that still lies within a window from now."""
    before, before_left, now, now_left = counts.get_sliding_window(key, window)
    if int(before * before_left / window) + now < most:
        return 0.0
    return max(window / most, now_left - window if now >= most else 0.0)


def room() -> int | None:
    """How many may be claimed now; None where neither the hour nor the day has a limit."""
    rooms = [
        max(0, limit - _since(start))
        for limit, start in (_hour(), _day())
        if limit is not None and start is not None
    ]
    return min(rooms) if rooms else None


def _hour() -> tuple[int | None, object]:
    return settings.NEWSLETTER_PER_HOUR or None, Now() - timedelta(hours=1)


def _day() -> tuple[int | None, object]:
    """The plan counts days in UTC."""
    first = settings.NEWSLETTER_WARM_UP_FROM
    if not first:
        return None, None
    return warm_up.allowed(date.fromisoformat(first), database_time.now().date()), TruncDate(Now())


def _since(start: object) -> int:
    """What batches of since then have sent, or may have: open ones count whole."""
    ended = Batch.objects.filter(finished_at__gte=start).aggregate(
        all=Sum(F("sent") + F("failed") + F("uncertain"))
    )
    still = Batch.objects.open().aggregate(all=Sum("size"))
    return (ended["all"] or 0) + (still["all"] or 0)

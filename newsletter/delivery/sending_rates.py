"""How fast we send, over all workers.

Per second and per recipient domain are counted in the cache service: without it nothing that has
such a limit is sent. Per hour, and per day while a sender is new, come from the batches in the
database: what an open one may still send counts as sent.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Sum
from django.db.models.functions import Now, TruncDate
from redis.exceptions import RedisError

from core.database import database_time
from newsletter.delivery import warm_up
from newsletter.models import Batch


class CannotCount(Exception):
    """The cache does not answer, so nobody knows how much was sent."""


# Sliding windows: what the last window held counts by the part of it that has not passed. Nothing
# is counted unless all have room. The service's clock is the only one.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local seen = {}
for i = 1, #KEYS do
  local limit, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local slot = math.floor(now / window)
  local at = KEYS[i] .. ':' .. slot
  local passed = (now % window) / window
  local before = tonumber(redis.call('GET', KEYS[i] .. ':' .. (slot - 1)) or '0')
  local current = tonumber(redis.call('GET', at) or '0')
  if current + before * (1 - passed) + 1 > limit then
    local wait = window / limit
    if current + 1 > limit then wait = math.max(wait, window - now % window) end
    return math.ceil(wait)
  end
  seen[i] = {at, window}
end
for i = 1, #KEYS do
  redis.call('INCR', seen[i][1])
  redis.call('PEXPIRE', seen[i][1], seen[i][2] * 2 + 1000)
end
return 0
"""


def wait(domain: str) -> float:
    """Count one mail to this domain. Seconds until it may go; 0: now. Raises CannotCount."""
    limits = {}
    if settings.NEWSLETTER_PER_SECOND:
        limits["all"] = (settings.NEWSLETTER_PER_SECOND, 1_000)
    if settings.NEWSLETTER_PER_DOMAIN:
        limits[f"to:{domain}"] = (settings.NEWSLETTER_PER_DOMAIN, 60_000)
    return _take(limits) if limits else 0.0


def _take(limits: dict[str, tuple[int, int]]) -> float:
    names = [cache.make_key(f"newsletter-rate:{name}") for name in limits]
    numbers = [number for pair in limits.values() for number in pair]
    try:
        client = cache._cache.get_client(write=True)  # type: ignore[attr-defined]
        return float(client.eval(_TAKE, len(names), *names, *numbers)) / 1000
    except (RedisError, OSError) as error:
        raise CannotCount from error


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

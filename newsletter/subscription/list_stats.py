"""Counts of the subscribers by status and by week, in statements that stay quick at a million."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.core.cache import cache
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import TruncWeek
from django.utils import timezone

from core.circuit_breaker import cache_breaker
from core.database import database_time
from newsletter.models import Confirmation, Consent, Subscriber

WEEKS = 12
KEPT_FOR = 60
KEY = "newsletter-list-stats"
CAME = ("confirmed", "returned", "restored")
WENT = ("left", "bounced", "complained", "erased")


@dataclass(frozen=True)
class Week:
    """Who came and who went in the week that begins on this day (ISO, a Monday)."""

    begins: str
    came: int
    went: int


@dataclass(frozen=True)
class ListStats:
    """`statuses` are value, name and count; `asked` and `confirmed` are of the last WEEKS."""

    statuses: list[tuple[str, str, int]]
    weeks: list[Week]
    asked: int
    confirmed: int

    @property
    def most(self) -> int:
        """Return the highest count of a week, for the scale of a plot; at least one."""
        return max([1, *(max(week.came, week.went) for week in self.weeks)])


def current() -> ListStats:
    """Return the counts, at most KEPT_FOR seconds old: a million rows take a moment to count."""
    kept = cache_breaker.attempt(lambda: cache.get(KEY))
    if kept is None:
        kept = _count()
        cache_breaker.attempt(lambda: cache.set(KEY, kept, KEPT_FOR))
    return kept


def _count() -> ListStats:
    counted = dict(Subscriber.objects.order_by().values_list("status").annotate(number=Count("*")))
    statuses = [
        (value, str(name), counted.get(value, 0)) for value, name in Subscriber.Status.choices
    ]
    since = database_time.now() - timedelta(weeks=WEEKS)
    asked = Confirmation.objects.filter(asked_at__gte=since)
    return ListStats(
        statuses=statuses,
        weeks=_weeks(since),
        asked=asked.count(),
        confirmed=asked.filter(confirmed_at__isnull=False).count(),
    )


def _weeks(since: Any) -> list[Week]:
    zone = timezone.get_current_timezone()
    found = weeks(since, database_time.now() + timedelta(days=1), zone)
    this = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    names = [this - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    return [Week(name.isoformat(), *found.get(name, (0, 0))) for name in names]


def weeks(begins: datetime, ends: datetime, zone: tzinfo) -> dict[date, tuple[int, int]]:
    """Return by Monday in `zone` how many came by themselves and went; imports are no growth.

    Who was on the list and confirms again does not come, and who had left and is erased a year
    later does not go: what was written before about the same reader decides.
    """
    earlier = Consent.objects.filter(subscriber=OuterRef("subscriber"), pk__lt=OuterRef("pk"))
    rows = (
        Consent.objects.order_by()
        .filter(kind__in=(*CAME, *WENT), at__gte=begins, at__lt=ends)
        .annotate(
            week=TruncWeek("at", tzinfo=zone),
            before=Subquery(earlier.order_by("-pk").values("kind")[:1]),
        )
        .values_list("week", "kind", "before")
        .annotate(number=Count("*"))
    )
    found: dict[date, tuple[int, int]] = {}
    for week, kind, before, number in rows:
        was_on = before in (*CAME, Consent.Kind.IMPORTED)
        if (kind in CAME) != was_on:
            came, went = found.get(week.date(), (0, 0))
            found[week.date()] = (came, went + number) if was_on else (came + number, went)
    return found

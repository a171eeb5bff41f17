"""What figures keep of each day, since it cannot be counted later, and what they make of it.

Places on the waitlist are deleted soon after they end, and how soon a time was free a month ago
stands nowhere.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from appointments.figures import first_free, newcomers
from appointments.models import DayCount
from core.practice.models import Practice
from core.staff.figures.periods import DAY, Period, monday_of

WAITLIST, FREE = "waitlist:", "first-free:"


@transaction.atomic
def keep(now: datetime) -> None:
    """Write down what the days of late came to, and how soon today's first times are.

    Safe to run twice, and after days on which it did not run: whatever can still be counted is.
    """
    zone = Practice.current().zone
    today = now.astimezone(zone).date()
    counted = newcomers.waitlist_days(_kept_whole(now, zone), _midnight(today, zone), zone)
    found = {(day, f"{WAITLIST}{kind}"): number for (day, kind), number in counted.items()}
    soonest: dict[str, int] = {}
    for (state, _service), days in first_free.days_ahead(now).items():
        if days is not None:
            soonest[state] = min(days, soonest.get(state, days))
    found |= {(today, f"{FREE}{state}"): days for state, days in soonest.items()}
    _write(found)


def _write(found: Mapping[tuple[date, str], int]) -> None:
    """A number may have become less since, as somebody was erased: then the old one is right."""
    since = min((day for day, _kind in found), default=date.max)
    known = {(row.day, row.kind): row.number for row in DayCount.objects.filter(day__gte=since)}
    DayCount.objects.bulk_create(
        [
            DayCount(day=day, kind=kind, number=max(number, known.get((day, kind), 0)))
            for (day, kind), number in found.items()
        ],
        update_conflicts=True,
        unique_fields=["day", "kind"],
        update_fields=["number"],
    )


def waitlist_weeks(period: Period, now: datetime) -> Counter:
    """Return by Monday and kind of `newcomers` who joined the waitlist, and who left it how.

    The days from which nothing was deleted yet are counted now, the others as they were kept.
    """
    whole = max(_kept_whole(now, period.zone), period.begins)
    found: Counter = Counter()
    if whole < period.ends:
        for (day, kind), number in newcomers.waitlist_days(whole, period.ends, period.zone).items():
            found[monday_of(day), kind] += number
    before = whole.astimezone(period.zone).date()
    kept = DayCount.objects.filter(kind__startswith=WAITLIST, day__gte=period.first)
    for row in kept.filter(day__lt=before, day__lte=period.last):
        found[monday_of(row.day), row.kind.removeprefix(WAITLIST)] += row.number
    return found


def free_days(period: Period) -> dict[str, list[int]]:
    """Return by state how many days ahead the first time was on each kept day of the period."""
    kept = DayCount.objects.filter(
        kind__startswith=FREE, day__gte=period.first, day__lte=period.last
    )
    found: dict[str, list[int]] = defaultdict(list)
    for row in kept.order_by("day"):
        found[row.kind.removeprefix(FREE)].append(row.number)
    return found


def _kept_whole(now: datetime, zone: ZoneInfo) -> datetime:
    """The first midnight from which on no place on the waitlist was deleted."""
    first = (now - timedelta(days=settings.WAITLIST_DAYS)).astimezone(zone).date() + DAY
    return _midnight(first, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=zone)

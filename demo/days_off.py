"""Days on which the demo clinic, or one of its providers, is off, or open when it is not usual."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from appointments.models import ClinicRules, HoursException, Provider
from appointments.scheduling import holidays

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
HOLIDAYS = [  # as the library of holidays calls them
    "New Year's Day",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Thanksgiving Day",
    "Christmas Day",
]


def create_days_off(today: date, providers: list[Provider]) -> None:
    """Enter the holidays ahead and the providers' own days, each once."""
    rules = ClinicRules.objects.get_or_create(pk=1, defaults={"holidays": HOLIDAYS})[0]
    # Not each time: the table of holidays takes a second to load.
    if rules.holidays_until is None or rules.holidays_until < today + 60 * DAY:
        holidays.follow_holidays(today)
    ahead = HoursException.objects.filter(last_day__gte=today - 90 * DAY)
    known = set(ahead.values_list("provider_id", "kind", "first_day"))
    HoursException.objects.bulk_create(
        row
        for row in own_days(today, providers)
        if (row.provider_id, row.kind, row.first_day) not in known
    )


def _weekday(first: date, weekday: int) -> date:
    """The first such weekday on `first` or later; 0 is Monday."""
    return first + DAY * ((weekday - first.weekday()) % 7)


def own_days(today: date, providers: list[Provider]) -> Iterator[HoursException]:
    """Return days from last month to two months ahead that no visit is caught by."""
    months = [_month(today, count) for count in range(-1, 4)]
    off, extra = HoursException.Kind.TIME_OFF, HoursException.Kind.EXTRA_HOURS
    for place, provider in enumerate(providers):
        for first in months:
            turn = place + first.month
            if turn % 2:
                training = _weekday(first + WEEK * (place % 4), place % 5)
                yield _days(provider, off, training, "Training", time(13), time(17))
            if turn % 4 == 0:
                yield _days(provider, off, _weekday(first + WEEK, 0), "Vacation", count=5)
            if turn % 5 == 2:
                sunday = _weekday(first, 6)
                yield _days(provider, extra, sunday, "Extra Sunday", time(12), time(16))


def _days(
    provider: Provider,
    kind: str,
    first: date,
    note: str,
    opens: time | None = None,
    closes: time | None = None,
    *,
    count: int = 1,
) -> HoursException:
    return HoursException(
        provider=provider,
        kind=kind,
        first_day=first,
        last_day=first + (count - 1) * DAY,
        opens=opens,
        closes=closes,
        note=note,
    )


def _month(today: date, count: int) -> date:
    """The first day of the month `count` months from this one."""
    months = today.year * 12 + today.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)

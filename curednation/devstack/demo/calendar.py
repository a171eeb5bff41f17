"""Days on which the demo clinic, or one of its providers, is off, or open when it is not usual."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from appointments.models import HoursException, Provider

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def close(today: date, providers: list[Provider]) -> None:
    """Enter closures for a year and the providers' own days for the next months, each once."""
    wanted = [*closures(today), *own_days(today, providers)]
    known = set(
        HoursException.objects.filter(last_day__gte=today - 90 * DAY).values_list(
            "provider_id", "kind", "first_day"
        )
    )
    HoursException.objects.bulk_create(
        row for row in wanted if (row.provider_id, row.kind, row.first_day) not in known
    )


def closures(today: date) -> Iterator[HoursException]:
    """Federal holidays of a year from two weeks ago on. Source: 5 U.S.C. 6103."""
    for year in (today.year, today.year + 1):
        for name, day in holidays(year).items():
            if today - 2 * WEEK <= day <= today + 52 * WEEK:
                yield HoursException(first_day=day, last_day=day, note=name)


def holidays(year: int) -> dict[str, date]:
    return {
        "New Year’s Day": date(year, 1, 1),
        "Memorial Day": _weekday(date(year, 5, 25), 0),
        "Independence Day": date(year, 7, 4),
        "Labor Day": _weekday(date(year, 9, 1), 0),
        "Thanksgiving": _weekday(date(year, 11, 22), 3),
        "Christmas Day": date(year, 12, 25),
    }


def _weekday(first: date, weekday: int) -> date:
    """The first such weekday on `first` or later; 0 is Monday."""
    return first + DAY * ((weekday - first.weekday()) % 7)


def own_days(today: date, providers: list[Provider]) -> Iterator[HoursException]:
    """From last month to two months ahead: beyond the visits, so that none is caught by it."""
    months = [_month(today, count) for count in range(-1, 4)]
    off, extra = HoursException.Kind.TIME_OFF, HoursException.Kind.EXTRA_HOURS
    for place, provider in enumerate(providers):
        for first in months:
            training = _weekday(first + WEEK * (place % 4), place % 5)
            yield HoursException(
                provider=provider,
                kind=off,
                first_day=training,
                last_day=training,
                opens=time(13),
                closes=time(17),
                note="Training",
            )
            if (place + first.month) % 4 == 0:
                monday = _weekday(first + WEEK, 0)
                yield HoursException(
                    provider=provider,
                    kind=off,
                    first_day=monday,
                    last_day=monday + 4 * DAY,
                    note="Vacation",
                )
            if place % 3 == 1:
                sunday = _weekday(first, 6)
                yield HoursException(
                    provider=provider,
                    kind=extra,
                    first_day=sunday,
                    last_day=sunday,
                    opens=time(12),
                    closes=time(16),
                    note="Extra Sunday",
                )


def _month(today: date, count: int) -> date:
    """The first day of the month `count` months from this one."""
    months = today.year * 12 + today.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)

"""When the visits of a series begin. Pure.

The wall clock is the patient's: who comes on Tuesdays at three comes at three all year. It becomes
UTC by the rule of `hours`. Monthly is the same weekday of the month (the second Tuesday), because
clinics are open by weekdays; the fifth is the last where a month has four.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from appointments.scheduling import opening_hours

WEEKLY, FORTNIGHTLY, MONTHLY = "weekly", "fortnightly", "monthly"
MOST = 52


def starts(
    first: datetime, zone: ZoneInfo, every: str, *, number: int = MOST, until: date | None = None
) -> list[datetime]:
    """The starts that follow `first`, without it, in UTC: so many, or until that day, or both."""
    local = first.astimezone(zone)
    days = _days(local.date(), every)
    if until:
        days = takewhile(lambda day: day <= until, days)
    found = [day for day, _nth in zip(days, range(min(number, MOST)), strict=False)]
    clock = local.time().replace(tzinfo=None, fold=0)
    return [datetime.fromtimestamp(opening_hours.instant(day, clock, zone), UTC) for day in found]


def _days(first: date, every: str) -> Iterator[date]:
    if every == MONTHLY:
        return (_same_weekday(first, months) for months in count(1))
    step = timedelta(weeks=2 if every == FORTNIGHTLY else 1)
    return (first + step * nth for nth in count(1))


def _same_weekday(first: date, months: int) -> date:
    """In the month so many later, the weekday of `first` with the same number in its month."""
    years, month = divmod(first.month - 1 + months, 12)
    start = date(first.year + years, month + 1, 1)
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7)
    wanted = day + timedelta(weeks=(first.day - 1) // 7)
    return wanted if wanted.month == start.month else wanted - timedelta(weeks=1)

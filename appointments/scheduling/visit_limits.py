"""How many visits a day or a week holds at most. Pure: what is booked is an argument."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class VisitLimits(NamedTuple):
    """Limits of one provider: visits a day, a week, and of one service a day. None: no limit."""

    day: int | None = None
    week: int | None = None
    service_day: int | None = None

    @property
    def are_set(self) -> bool:
        return any(limit is not None for limit in self)


class Visit(NamedTuple):
    """A live visit or hold: its start in UTC seconds, and its service's key."""

    start: int
    service: int


def within(
    starts: Iterable[int],
    visits: Iterable[Visit],
    limits: VisitLimits,
    *,
    service: int,
    zone: ZoneInfo,
) -> list[int]:
    """Those starts on whose day and week one more visit is allowed. Days are those of `zone`."""
    starts = list(starts)
    if not limits.are_set:
        return starts
    booked = [(_day(visit.start, zone), visit.service) for visit in visits]
    days = Counter(day for day, _ in booked)
    weeks = Counter(_monday(day) for day, _ in booked)
    same = Counter(day for day, kind in booked if kind == service)

    def allowed(start: int) -> bool:
        day = _day(start, zone)
        return (
            (limits.day is None or days[day] < limits.day)
            and (limits.week is None or weeks[_monday(day)] < limits.week)
            and (limits.service_day is None or same[day] < limits.service_day)
        )

    return [start for start in starts if allowed(start)]


def _day(start: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(start, zone).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

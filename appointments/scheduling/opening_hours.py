"""When a provider is open: weekly hours and exceptions in wall clock, turned into intervals in UTC.

The rule for the two days a year when clocks change, applied to each end of an interval by itself:
a wall clock that comes twice means the first; one that never comes is read with the offset from
before the change, so it lands as much later as the clock jumped (2:30 becomes 3:30). An interval
that ends up empty or backwards is dropped. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appointments.scheduling.intervals import Interval, difference, union

MIDNIGHT = time(0)
DAY = timedelta(days=1)


class Weekly(NamedTuple):
    """Open every `weekday` (Monday is 0) from `opens` to `closes`; midnight closes the day."""

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_to: date | None = None

    def interval(self, day: date, zone: ZoneInfo) -> Interval:
        """Return the hours of that day, of a provider who is in `zone`."""
        return day_interval(day, self.opens, self.closes, zone)

    def applies(self, day: date) -> bool:
        """Whether it is valid on that day, which is one of its weekdays."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Dated(NamedTuple):
    """On each day from first to last: off, or open instead of the weekly hours.

    Without clocks it is all day. `zone` is whose clock that is, where it is not the provider's.
    """

    is_off: bool
    first_day: date
    last_day: date
    opens: time | None = None
    closes: time | None = None
    zone: str = ""

    def interval(self, day: date, zone: ZoneInfo) -> Interval:
        """Return what it is about on that day, for a provider who is in `zone`."""
        return day_interval(
            day, self.opens, self.closes, ZoneInfo(self.zone) if self.zone else zone
        )

    def applies(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class Opening:
    """What a provider's calendar says about a run of days.

    days: each day's hours, not joined across midnight; start times are counted from their openings.
    open: the same with time off taken out and joined: a visit must lie in one of these.
    """

    days: list[Interval]
    open: list[Interval]


def instant(day: date, clock: time, zone: ZoneInfo) -> int:
    """The wall clock `clock` on `day` in `zone`, in seconds since 1970 UTC. See the rule above."""
    return int(datetime.combine(day, clock, tzinfo=zone).timestamp())


def day_interval(day: date, opens: time | None, closes: time | None, zone: ZoneInfo) -> Interval:
    end_day = day if closes and closes != MIDNIGHT else day + DAY
    return instant(day, opens or MIDNIGHT, zone), instant(end_day, closes or MIDNIGHT, zone)


def opening(
    weekly: Iterable[Weekly],
    dated: Iterable[Dated],
    *,
    zone: ZoneInfo,
    first_day: date,
    last_day: date,
) -> Opening:
    """Open intervals from `first_day` to `last_day`, both included, as days in `zone`.

    Extra hours on a day replace its weekly hours; time off wins over both.
    """
    by_weekday: list[list[Weekly]] = [[] for _ in range(7)]
    for row in weekly:
        by_weekday[row.weekday].append(row)
    # A day more at each end: hours that touch midnight are joined with the neighbouring day.
    since, until = first_day - DAY, last_day + DAY
    dated = [row for row in dated if row.first_day <= until and row.last_day >= since]
    days: list[Interval] = []
    off: list[Interval] = []
    day = since
    while day <= until:
        hours: list[Weekly] | list[Dated] = by_weekday[day.weekday()]
        if dated:
            exceptions = [row for row in dated if row.applies(day)]
            off += [row.interval(day, zone) for row in exceptions if row.is_off]
            hours = [row for row in exceptions if not row.is_off] or hours
        intervals = [row.interval(day, zone) for row in hours if row.applies(day)]
        days += union(intervals) if len(intervals) > 1 else [s for s in intervals if s[0] < s[1]]
        day += DAY
    first = instant(first_day, MIDNIGHT, zone)
    last = instant(last_day + DAY, MIDNIGHT, zone)
    return Opening(
        days=[interval for interval in days if first <= interval[0] < last],
        open=difference(union(days), union(off)),
    )

"""The rows of a board: five minutes each, on the practice's wall clock, from one hour to another.

Rows are counted in elapsed time, so that a day on which clocks change has
an hour more or less.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from appointments.scheduling import opening_hours
from appointments.scheduling.availability import moment
from appointments.scheduling.intervals import Interval
from appointments.templatetags.appointments import clock

ROW = 300  # seconds
HOUR = 3600
DAY = timedelta(days=1)
USUAL = 9, 17  # the hours of a board with nothing on it


class Rows(NamedTuple):
    """Where something stands: `t` is its first row, from 0, `d` how many it takes."""

    t: int
    d: int

    @property
    def css(self) -> str:
        """Return the classes of desk-rows.css: our policy allows no style attribute."""
        return f"t{self.t} d{self.d}"


def clock_at(second: int, zone: ZoneInfo) -> str:
    """Return "2:30 pm" of that moment there. A board says the same times over and over."""
    return _clock_at(second, zone, get_language())


@lru_cache(maxsize=2000)
def _clock_at(second: int, zone: ZoneInfo, language: str | None) -> str:
    return clock(moment(second).astimezone(zone))


@dataclass(frozen=True)
class Frame:
    """The part of one day that a column shows, in seconds since 1970."""

    day: date
    begin: int
    end: int

    @property
    def count(self) -> int:
        """How many rows it has."""
        return (self.end - self.begin) // ROW

    def rows(self, begin: int, end: int) -> Rows | None:
        """Return where that time stands, at least one row; None where it lies outside."""
        first, last = max(begin, self.begin), min(end, self.end)
        if first >= last:
            return None
        top = (first - self.begin) // ROW
        return Rows(top, max(1, -(-(last - self.begin) // ROW) - top))

    def hours(self, zone: ZoneInfo) -> list[tuple[Rows, str]]:
        """Return each full hour of our clock with its row, and what the clock in `zone` says."""
        marks = range(self.begin, self.end, HOUR)
        return [
            (
                Rows((second - self.begin) // ROW, HOUR // ROW),
                clock_at(second, zone),
            )
            for second in marks
        ]


def frames(days: list[date], shown: list[Interval], zone: ZoneInfo) -> dict[date, Frame]:
    """Return the frame of each day: all from one hour to another, so that all of `shown` is in it.

    An hour more stands at both ends, for what is not planned yet.
    """
    hours = [
        hour
        for day in days
        for begin, end in shown
        if (part := _within(begin, end, day, zone))
        for hour in _hours_of(*part, day, zone)
    ]
    first = max(0, min(hours, default=USUAL[0]) - 1)
    last = min(24, max(hours, default=USUAL[1]) + 1)
    return {day: Frame(day, _second(day, first, zone), _second(day, last, zone)) for day in days}


def _within(begin: int, end: int, day: date, zone: ZoneInfo) -> Interval | None:
    first, last = max(begin, _second(day, 0, zone)), min(end, _second(day, 24, zone))
    return (first, last) if first < last else None


def _hours_of(begin: int, end: int, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Return the full hours around that time, 24 for the end of the day."""
    opens = datetime.fromtimestamp(begin, zone)
    closes = datetime.fromtimestamp(end, zone)
    if closes.date() > day:
        return opens.hour, 24
    return opens.hour, closes.hour + bool(closes.minute or closes.second)


def _second(day: date, hour: int, zone: ZoneInfo) -> int:
    if hour == 24:
        return opening_hours.instant(day + DAY, time(0), zone)
    return opening_hours.instant(day, time(hour), zone)

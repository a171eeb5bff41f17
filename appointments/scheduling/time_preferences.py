"""Which times suit somebody who waits. Pure: no database, no clock, no settings."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Parts of the day, and the hour at which each is over on the patient's clock.
UNTIL = {"morning": 12, "afternoon": 17, "evening": 24}


class TimePreferences(NamedTuple):
    """Weekdays (Monday is 0) and parts of the day on the clock of `zone`; empty means any.

    With `before`, in UTC seconds, only times that start earlier.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset()
    parts: frozenset[str] = frozenset()
    before: int | None = None

    def suits(self, start: int) -> bool:
        """Whether a visit that starts then, in UTC seconds, is wished for."""
        if self.before is not None and start >= self.before:
            return False
        if not self.weekdays and not self.parts:
            return True
        local = datetime.fromtimestamp(start, self.zone)
        return (not self.weekdays or local.weekday() in self.weekdays) and (
            not self.parts or part_of(local.hour) in self.parts
        )

    def first_of(self, starts: Iterable[int]) -> int | None:
        """The first of these starts that suits."""
        return next((start for start in starts if self.suits(start)), None)


def part_of(hour: int) -> str:
    return next(part for part, until in UNTIL.items() if hour < until)

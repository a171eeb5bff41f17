"""The days that figures are about, on the clock of the practice, and the weeks that they lie in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def monday_of(day: date) -> date:
    """Return the Monday of the week of that day."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Period:
    """From the midnight in which `first` begins to that in which `last` ends, in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(0), tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment behind it."""
        return datetime.combine(self.last + DAY, time(0), tzinfo=self.zone)

    @property
    def weeks(self) -> list[date]:
        """The Mondays of all weeks of which it has a day."""
        return list(self._mondays())

    def _mondays(self) -> Iterator[date]:
        monday = monday_of(self.first)
        while monday <= self.last:
            yield monday
            monday += WEEK

    def is_whole(self, monday: date) -> bool:
        """Return whether all seven days of that week lie in it."""
        return self.first <= monday and monday + 6 * DAY <= self.last

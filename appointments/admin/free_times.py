"""Free times as staff choose among them: by day, on the practice's clock."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment, Provider, Service
from appointments.scheduling import availability, time_zones
from appointments.scheduling.availability import Grid, Slot
from appointments.templatetags.appointments import clock

SHOWN = timedelta(days=14)


class FreeTime(NamedTuple):
    value: str  # for `parse_choice`: the start in UTC and the provider
    clock: str
    their_clock: str  # the patient's, where it differs
    provider: str


class Day(NamedTuple):
    day: date
    name: str
    number: int  # how many times begin then


@dataclass
class ShownTimes:
    """Fourteen days with how many times each has, and the times of one of them.

    `provider`: only theirs. `asked_day` is the day that was chosen; with `or_first` only if it has
    any time. `theirs` is the patient's zone; `moving` a visit that looks for another time.
    """

    service: Service
    state: str
    provider: Provider | None
    asked_day: date | None
    theirs: ZoneInfo
    or_first: bool = False
    moving: Appointment | None = None

    def __post_init__(self) -> None:
        self.ours, self.today = practice_time.zone(), practice_time.today()

    @cached_property
    def first_day(self) -> date:
        """The first of the fourteen: today, unless the day asked for is later than the last."""
        asked = self.asked_day
        return asked if asked and asked >= self.today + SHOWN else self.today

    @cached_property
    def grid(self) -> Grid:
        """What patients could book; a visit's own time is none that it could move to."""
        begin = practice_time.midnight(self.first_day, self.ours)
        end = practice_time.midnight(self.first_day + SHOWN, self.ours) - timedelta(seconds=1)
        about = self.service, self.state
        grid = availability.grid(*about, first=begin, last=end, moving=self.moving)
        own = grid.starts.get(self.moving.provider, []) if self.moving else []
        if self.moving and (second := int(self.moving.starts_at.timestamp())) in own:
            own.remove(second)
        return grid

    @cached_property
    def days(self) -> list[Day]:
        starts = map(availability.moment, self.grid.of(self.provider))
        counts = Counter(start.astimezone(self.ours).date() for start in starts)
        found = [self.first_day + timedelta(days=ahead) for ahead in range(SHOWN.days)]
        return [Day(day, practice_time.format_short_date(day), counts[day]) for day in found]

    @cached_property
    def day(self) -> date:
        """The day asked for; else the moved visit's own, or the first, that has any time."""
        with_times = [day.day for day in self.days if day.number]
        asked = self.asked_day
        if asked and asked >= self.first_day and (asked in with_times or not self.or_first):
            return asked
        own = self.moving.starts_at.astimezone(self.ours).date() if self.moving else None
        return own if own in with_times else next(iter(with_times), self.first_day)

    @property
    def day_words(self) -> str:
        return practice_time.format_date(self.day)

    @property
    def later(self) -> date:
        """The day on which the next fourteen begin."""
        return self.first_day + SHOWN

    @property
    def earlier(self) -> date | None:
        """The day on which the fourteen before begin; None where these begin today."""
        return None if self.first_day == self.today else max(self.first_day - SHOWN, self.today)

    @property
    def our_clock(self) -> str:
        """The name of our clock: "Central Time"."""
        return time_zones.words(self.ours)

    @property
    def their_clock(self) -> str:
        """The name of the patient's, where it differs on that day."""
        noon = practice_time.midnight(self.day, self.ours) + timedelta(hours=12)
        same = noon.astimezone(self.theirs).utcoffset() == noon.utcoffset()
        return "" if same else time_zones.words(self.theirs)

    @cached_property
    def times(self) -> list[FreeTime]:
        """Each start of the day once: of that provider or of whoever comes first by name."""
        starts = map(availability.moment, self.grid.of(self.provider))
        return [
            self._time(start) for start in starts if start.astimezone(self.ours).date() == self.day
        ]

    def _time(self, when: datetime) -> FreeTime:
        who = self.provider or self.grid.free_at(when)[0]
        local, their = when.astimezone(self.ours), when.astimezone(self.theirs)
        their_clock = clock(their) if their.utcoffset() != local.utcoffset() else ""
        return FreeTime(value(when, who), clock(local), their_clock, who.name)


def slot_words(slot: Slot) -> str:
    """Return "Tue, Nov 24, 2:30 pm with Dr. Example"."""
    when = practice_time.format_short_datetime(slot.starts_at)
    return _("%(when)s with %(who)s") % {"when": when, "who": slot.provider.name}


def visit_words(visit: Appointment) -> str:
    """Return "Tue, Nov 24, 2:30 pm, Dr. Example"."""
    when = practice_time.format_short_datetime(visit.starts_at)
    return f"{when}, {visit.provider.name}"


def value(when: datetime, who: Provider) -> str:
    """Return the value of a choice, "2026-11-10T14:30Z/7": the start in UTC and the provider."""
    return f"{when:%Y-%m-%dT%H:%MZ}/{who.pk}"

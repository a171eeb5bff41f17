"""Free times as staff choose among them: by day, on the practice's clock."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from appointments.admin import practice_time
from appointments.models import Appointment, Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.availability import Grid
from appointments.templatetags.appointments import clock

SHOWN = timedelta(days=7)


class FreeTime(NamedTuple):
    value: str  # for `parse` of desk_forms: the start in UTC and the provider
    clock: str
    provider: str


class Day(NamedTuple):
    name: str
    times: list[FreeTime]


def week_of(service: Service, state: str, first: date, moving: Appointment | None = None) -> Grid:
    """What patients could book in the seven days from `first`."""
    begin = practice_time.midnight(first, practice_time.zone())
    end = practice_time.midnight(first + SHOWN, practice_time.zone()) - timedelta(seconds=1)
    return availability.grid(service, state, first=begin, last=end, moving=moving)


def days(grid: Grid, provider: Provider | None) -> list[Day]:
    """Each start once, of that provider or of whoever comes first by name."""
    zone = practice_time.zone()
    by_day: dict[date, list[FreeTime]] = {}
    for second in grid.of(provider):
        when = availability.moment(second)
        who = provider or grid.free_at(when)[0]
        local = when.astimezone(zone)
        found = FreeTime(value(when, who), clock(local), who.name)
        by_day.setdefault(local.date(), []).append(found)
    return [Day(practice_time.day(day), times) for day, times in by_day.items()]


def value(when: datetime, who: Provider) -> str:
    """2026-11-10T14:30Z/7"""
    return f"{when:%Y-%m-%dT%H:%MZ}/{who.pk}"

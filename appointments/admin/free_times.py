"""Free times as staff choose among them: by day, on the practice's clock."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment, Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.availability import Grid, Slot
from appointments.templatetags.appointments import clock

SHOWN = timedelta(days=7)


class FreeTime(NamedTuple):
    value: str  # for `parse_choice`: the start in UTC and the provider
    clock: str
    their_clock: str  # the patient's, where it differs
    provider: str


class Day(NamedTuple):
    name: str
    times: list[FreeTime]


def week_of(service: Service, state: str, first: date, moving: Appointment | None = None) -> Grid:
    """Return what patients could book in the seven days from `first`; a visit's own time is none
    that it could move to."""
    begin = practice_time.midnight(first, practice_time.zone())
    end = practice_time.midnight(first + SHOWN, practice_time.zone()) - timedelta(seconds=1)
    grid = availability.grid(service, state, first=begin, last=end, moving=moving)
    own = grid.starts.get(moving.provider, []) if moving else []
    if moving and (second := int(moving.starts_at.timestamp())) in own:
        own.remove(second)
    return grid


def days(grid: Grid, provider: Provider | None, theirs: ZoneInfo) -> list[Day]:
    """Return each start once, by day: of that provider or of whoever comes first by name.

    `theirs` is the patient's zone.
    """
    zone = practice_time.zone()
    by_day: dict[date, list[FreeTime]] = {}
    for second in grid.of(provider):
        when = availability.moment(second)
        who = provider or grid.free_at(when)[0]
        local = when.astimezone(zone)
        their = when.astimezone(theirs)
        their_clock = clock(their) if their.utcoffset() != local.utcoffset() else ""
        found = FreeTime(value(when, who), clock(local), their_clock, who.name)
        by_day.setdefault(local.date(), []).append(found)
    return [Day(practice_time.format_date(day), times) for day, times in by_day.items()]


def slot_words(slot: Slot) -> str:
    """Return "Tue, Nov 24, 2:30 pm with Dr. Example"."""
    when = practice_time.format_short_datetime(slot.starts_at, practice_time.zone())
    return _("%(when)s with %(who)s") % {"when": when, "who": slot.provider.name}


def visit_words(visit: Appointment) -> str:
    """Return "Tue, Nov 24, 2:30 pm, Dr. Example"."""
    when = practice_time.format_short_datetime(visit.starts_at, practice_time.zone())
    return f"{when}, {visit.provider.name}"


def value(when: datetime, who: Provider) -> str:
    """Return the value of a choice, "2026-11-10T14:30Z/7": the start in UTC and the provider."""
    return f"{when:%Y-%m-%dT%H:%MZ}/{who.pk}"

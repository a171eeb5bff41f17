"""What can be booked now, read from the database in four queries whatever the number of visits.

Who is licensed and offers the service, their weekly hours, the exceptions, and what blocks time;
`slots` turns these into start times.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appointments.models import Appointment, Provider, Service
from appointments.scheduling import hold_share, opening_hours, slots, visit_limits
from appointments.scheduling.intervals import Interval, union
from appointments.scheduling.provider_calendars import Calendar
from appointments.scheduling.states import STATES
from appointments.scheduling.visit_limits import VisitLimits
from core.database import database_time


@dataclass(frozen=True)
class Slot:
    """A start time, in UTC, that can be booked with `provider`."""

    starts_at: datetime
    provider: Provider


@dataclass(frozen=True)
class Grid:
    """The free start times of each provider, in UTC seconds, in order."""

    starts: dict[Provider, list[int]]

    @property
    def providers(self) -> list[Provider]:
        return list(self.starts)

    def merged(self) -> list[int]:
        """Start times of anyone, in order, each once."""
        return sorted(set().union(*self.starts.values()))

    def days(self, zone: ZoneInfo) -> set[date]:
        """The days in that zone on which anyone is free."""
        return {datetime.fromtimestamp(start, zone).date() for start in self.merged()}

    def of(self, provider: Provider | None) -> list[int]:
        return self.merged() if provider is None else self.starts.get(provider, [])

    def first(self, provider: Provider | None = None) -> Slot | None:
        """The earliest slot, with the provider who has it."""
        found = [
            Slot(moment(starts[0]), who)
            for who, starts in self.starts.items()
            if starts and provider in (None, who)
        ]
        return min(found, key=lambda slot: slot.starts_at, default=None)

    def free_at(self, starts_at: datetime) -> list[Provider]:
        second = int(starts_at.timestamp())
        return [who for who, starts in self.starts.items() if second in starts]

    def nearest(self, around: datetime, *, count: int = 4) -> list[Slot]:
        """The slots whose start is closest to `around`, in order of time, one for each start."""
        second = int(around.timestamp())
        by_start = {start: who for who, starts in self.starts.items() for start in starts}
        chosen = sorted(by_start, key=lambda start: (abs(start - second), start))[:count]
        return [Slot(moment(start), by_start[start]) for start in sorted(chosen)]


def closest(grid: Grid, around: datetime, *, first: Provider, own: int, others: int) -> list[Slot]:
    """The slots nearest to `around`, nearest first: of that provider, then of whoever is free."""
    mine = Grid({who: starts for who, starts in grid.starts.items() if who == first})
    found = []
    for which, count in ((mine, own), (grid, others)):
        near = which.nearest(around, count=count)
        found += sorted(near, key=lambda slot: abs(slot.starts_at - around))
    return found


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def grid(
    service: Service,
    state: str,
    *,
    providers: Iterable[Provider] | None = None,
    first: datetime | None = None,
    last: datetime | None = None,
    now: datetime | None = None,
    moving: Appointment | None = None,
    without_proof: bool = False,
) -> Grid:
    """Free starts in [first, last] within the service's notice and horizon.

    `providers` (from `candidates`) limits it. `moving` is an appointment that is about to leave
    its time: it blocks nothing, and its own length and buffers are what must fit. Providers who
    have nothing free are there with an empty list. With `without_proof` only what a browser that
    has proved nothing may hold now: `shares`.
    """
    now = now or database_time.now()
    opens = now + timedelta(hours=service.notice_hours)
    closes = now + timedelta(days=service.horizon_days)
    asked, last = max(first or opens, opens), min(last or closes, closes)
    # Which are the next days that have times is known only from today on.
    first = opens if service.bookable_days else asked
    chosen = candidates(service, state) if providers is None else list(providers)
    if not chosen or first > last:
        return Grid({provider: [] for provider in chosen})
    calendar = Calendar.read(chosen, first, last, now=now, leaving=moving)
    found = {provider: _starts(calendar, provider, service, state, moving) for provider in chosen}
    if without_proof:
        found = {
            who: _without_proof(calendar, who, starts, service, now)
            for who, starts in found.items()
        }
    if service.bookable_days:
        found = _next_days(found, service.bookable_days, ZoneInfo(STATES[state].zone))
        found = {
            who: [s for s in starts if s >= asked.timestamp()] for who, starts in found.items()
        }
    return Grid(found)


def first_days(
    service: Service, state: str, *, count: int = 7, now: datetime | None = None
) -> Grid:
    """The free starts of the first `count` days that have any, with whoever is free first.

    Looks one week ahead, then twice as far, until it has enough or reaches the horizon: a clinic
    with many providers has times this week, and reading its whole calendar would be for nothing.
    """
    now = now or database_time.now()
    zone = ZoneInfo(STATES[state].zone)
    ahead = timedelta(days=count + 1)
    while True:
        last = now + timedelta(hours=service.notice_hours) + ahead
        found = grid(service, state, last=last, now=now)
        enough = len(found.days(zone)) > count
        if enough or ahead >= timedelta(days=service.horizon_days):
            return Grid(_next_days(found.starts, count, zone))
        ahead *= 2


def _next_days(
    found: dict[Provider, list[int]], count: int, zone: ZoneInfo
) -> dict[Provider, list[int]]:
    """Only the starts on the first `count` days, in the state's zone, on which anyone has one."""
    days: list[date] = []
    last = None
    for start in sorted(set().union(*found.values())):
        day = datetime.fromtimestamp(start, zone).date()
        if day not in days[-1:]:
            days.append(day)
        if len(days) > count:
            break
        last = start
    return {who: [s for s in starts if last and s <= last] for who, starts in found.items()}


def _starts(
    calendar: Calendar,
    provider: Provider,
    service: Service,
    state: str,
    moving: Appointment | None,
) -> list[int]:
    licensed_until = license_end(provider.licensed_until, state) - 1
    free = slots.free_starts(
        calendar.opening(provider),
        calendar.busy[provider.pk],
        rules_of(service, moving),
        not_before=math.ceil(calendar.first.timestamp()),
        not_after=min(int(calendar.last.timestamp()), licensed_until),
    )
    return visit_limits.within(
        free,
        calendar.visits[provider.pk],
        visit_limits_of(provider, service),
        service=service.pk,
        zone=provider.zone,
    )


def _without_proof(
    calendar: Calendar, provider: Provider, starts: list[int], service: Service, now: datetime
) -> list[int]:
    held = calendar.unproved[provider.pk]
    begins = int(now.timestamp()) + service.notice_hours * 3600
    others = set(calendar.busy[provider.pk]) - set(held)
    return hold_share.within(
        starts,
        open_intervals=calendar.opening(provider).open,
        busy=[(0, begins), *others],
        held=held,
        length=(service.buffer_before + service.minutes + service.buffer_after) * 60,
        zone=provider.zone,
    )


def visit_limits_of(provider: Provider, service: Service) -> VisitLimits:
    return VisitLimits(provider.daily_limit, provider.weekly_limit, service.daily_limit)


def rules_of(service: Service, moving: Appointment | None = None) -> slots.Rules:
    """Return the lengths of a visit of this service, or of the one that is moved."""
    if moving and moving.patient_id:
        return slots.Rules(
            length=int(moving.length.total_seconds()),
            step=service.step * 60,
            before=int((moving.starts_at - moving.blocked.lower).total_seconds()),
            after=int((moving.blocked.upper - moving.ends_at).total_seconds()),
            no_gaps=service.no_gaps,
        )
    return slots.Rules(
        length=service.minutes * 60,
        step=service.step * 60,
        before=service.buffer_before * 60,
        after=service.buffer_after * 60,
        no_gaps=service.no_gaps,
    )


def candidates(service: Service, state: str, *, only: Provider | None = None) -> list[Provider]:
    """Providers whom a patient in that state may book, each with `licensed_until`.

    With `only` this one, if it is among them.
    """
    found = Provider.objects.offering(service).licensed_in(state)
    return list(found.filter(pk=only.pk) if only else found)


def free_providers(
    service: Service,
    state: str,
    at: datetime,
    *,
    only: Provider | None = None,
    moving: Appointment | None = None,
    without_proof: bool = False,
) -> list[Provider]:
    """Return who is free for a visit that starts then. `only`: this one, if they are free.

    `moving` and `without_proof` are those of `grid`.
    """
    found = grid(
        service,
        state,
        providers=candidates(service, state, only=only),
        first=at,
        last=at,
        moving=moving,
        without_proof=without_proof,
    )
    return found.free_at(at)


def open_then(
    providers: Sequence[Provider], starts_at: datetime, ends_at: datetime
) -> list[Provider]:
    """Return those whose hours hold all of that time, with no time off or closure in it."""
    calendar = Calendar.of_hours(providers, starts_at, ends_at)
    return [who for who in providers if _lies_in(calendar.opening(who).open, starts_at, ends_at)]


def closed_then(providers: Sequence[Provider], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether some would work then, and time off or a closure keeps all of them from it."""
    calendar = Calendar.of_hours(providers, starts_at, ends_at)
    openings = [calendar.opening(who) for who in providers]
    usually = any(_lies_in(union(each.days), starts_at, ends_at) for each in openings)
    return usually and not any(_lies_in(each.open, starts_at, ends_at) for each in openings)


def _lies_in(intervals: Iterable[Interval], starts_at: datetime, ends_at: datetime) -> bool:
    first, last = int(starts_at.timestamp()), int(ends_at.timestamp())
    return any(begin <= first and last <= end for begin, end in intervals)


def license_end(last_day: date, state: str) -> int:
    """The second at which the license has ended: the midnight after its last day, in that state."""
    return opening_hours.instant(
        last_day + opening_hours.DAY, time(0), ZoneInfo(STATES[state].zone)
    )

"""What can be booked now, read from the database in four queries whatever the number of visits.

Who is licensed and offers the service, their weekly hours, the exceptions, and what blocks time;
`slots` turns these into start times.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models.expressions import RawSQL
from django.utils import timezone

from appointments import hours, slots
from appointments.hours import Dated, Weekly
from appointments.models import Appointment, HoursException, Provider, Service, WeeklyHours
from appointments.spans import Span
from appointments.states import STATES

# No visit with its buffers is longer, so nothing that starts earlier can reach into a window.
LONGEST = timedelta(days=1)


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
) -> Grid:
    """Free starts in [first, last] within the service's notice and horizon.

    `providers` (from `candidates`) limits it. `moving` is an appointment that is about to leave
    its time: it blocks nothing, and its own length and buffers are what must fit. Providers who
    have nothing free are there with an empty list.
    """
    now = now or timezone.now()
    rules = _rules(service, moving)
    opens = now + timedelta(hours=service.notice_hours)
    closes = now + timedelta(days=service.horizon_days)
    first, last = max(first or opens, opens), min(last or closes, closes)
    chosen = list(candidates(service, state) if providers is None else providers)
    if not chosen or first > last:
        return Grid({provider: [] for provider in chosen})
    calendar = Calendar.read(chosen, first, last, now=now, leaving=moving)
    return Grid(
        {
            provider: slots.free_starts(
                calendar.opening(provider),
                calendar.busy[provider.pk],
                rules,
                not_before=math.ceil(first.timestamp()),
                not_after=min(
                    int(last.timestamp()), licence_end(provider.licensed_until, state) - 1
                ),
            )
            for provider in chosen
        }
    )


def _rules(service: Service, moving: Appointment | None) -> slots.Rules:
    if moving and moving.patient_id:
        return slots.Rules(
            length=int(moving.length.total_seconds()),
            step=service.step * 60,
            before=int((moving.starts_at - moving.blocked.lower).total_seconds()),
            after=int((moving.blocked.upper - moving.ends_at).total_seconds()),
        )
    return slots.Rules(
        length=service.minutes * 60,
        step=service.step * 60,
        before=service.buffer_before * 60,
        after=service.buffer_after * 60,
    )


def candidates(service: Service, state: str) -> Sequence[Provider]:
    """Providers whom a patient in that state may book, each with `licensed_until`."""
    return Provider.objects.offering(service).licensed_in(state)


def licence_end(last_day: date, state: str) -> int:
    """The second at which the licence has ended: the midnight after its last day, in that state."""
    return hours.instant(last_day + hours.DAY, time(0), ZoneInfo(STATES[state].zone))


@dataclass(frozen=True)
class Calendar:
    """The rows that decide when providers are free, read once for all of them."""

    first: datetime
    last: datetime
    weekly: dict[int, list[Weekly]]
    dated: dict[int | None, list[Dated]]
    busy: dict[int, list[Span]]

    @classmethod
    def read(
        cls,
        providers: Sequence[Provider],
        first: datetime,
        last: datetime,
        *,
        now: datetime,
        leaving: Appointment | None = None,
    ) -> "Calendar":
        pks = [provider.pk for provider in providers]
        # A day more at each end covers every zone's dates and hours that cross midnight.
        days = first.date() - 2 * hours.DAY, last.date() + 2 * hours.DAY
        return cls(
            first,
            last,
            weekly=_weekly(pks, *days),
            dated=_dated(pks, *days),
            busy=_busy(pks, first, last, now, leaving),
        )

    def opening(self, provider: Provider) -> hours.Opening:
        zone = provider.zone
        return hours.opening(
            self.weekly[provider.pk],
            self.dated[provider.pk] + self.dated[None],
            zone=zone,
            first_day=self.first.astimezone(zone).date(),
            last_day=self.last.astimezone(zone).date(),
        )


def _weekly(pks: list[int], first_day: date, last_day: date) -> dict[int, list[Weekly]]:
    rows = defaultdict(list)
    found = WeeklyHours.objects.touching(first_day, last_day).filter(provider__in=pks)
    for pk, *row in found.values_list(
        "provider_id", "weekday", "opens", "closes", "valid_from", "valid_to"
    ):
        rows[pk].append(Weekly(*row))
    return rows


def _dated(pks: list[int], first_day: date, last_day: date) -> dict[int | None, list[Dated]]:
    rows = defaultdict(list)
    found = HoursException.objects.touching(first_day, last_day).of(pks)
    for pk, kind, *row in found.values_list(
        "provider_id", "kind", "first_day", "last_day", "opens", "closes"
    ):
        rows[pk].append(Dated(kind == HoursException.Kind.TIME_OFF, *row))
    return rows


def _busy(
    pks: list[int],
    first: datetime,
    last: datetime,
    now: datetime,
    leaving: Appointment | None,
) -> dict[int, list[Span]]:
    """Blocked spans by provider. Read as integers: parsing ranges costs ten times as much."""
    rows = defaultdict(list)
    found = (
        Appointment.objects.blocking(now)
        .filter(provider__in=pks, starts_at__gt=first - LONGEST, starts_at__lt=last + LONGEST)
        .exclude(pk=leaving.pk if leaving else None)
        .order_by()
        .values_list(
            "provider_id",
            RawSQL("extract(epoch from lower(blocked))::bigint", ()),
            RawSQL("extract(epoch from upper(blocked))::bigint", ()),
        )
    )
    for pk, start, end in found:
        rows[pk].append((start, end))
    return rows

"""Which visits the demo clinic has: the same for the same provider and day, whoever asks when.

Nothing here reads the database or the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from appointments.models import Provider, Service, Status
from appointments.scheduling import opening_hours, slots
from appointments.scheduling.intervals import Interval
from appointments.scheduling.opening_hours import Dated, Weekly
from appointments.scheduling.states import STATES
from demo.patients import Person, invent_patient

OURS = UUID("6f1ac3f2-7a52-4c1e-9a0d-3b8f4f8f6a11")  # the namespace of our visits' uids
MOST = 5
EVERY = 7  # days from one visit of a regular patient to the next
# How often each is booked; a first visit brings a new patient.
WEIGHTS = {
    "first-visit": 3,
    "follow-up": 8,
    "coming-back": 2,
    "counseling": 6,
    "phone-check-in": 2,
}
OUTCOMES = {Status.COMPLETED: 79, Status.NO_SHOW: 9, Status.CANCELLED: 12}


@dataclass(frozen=True)
class Visit:
    """A planned visit."""

    uid: UUID
    provider: Provider
    service: Service
    person: Person
    zone: str
    starts_at: datetime
    outcome: Status
    lead: timedelta  # how long before it was booked

    @property
    def ends_at(self) -> datetime:
        """When the visit ends."""
        return self.starts_at + self.service.length

    @property
    def blocked(self) -> tuple[datetime, datetime]:
        """The time that it takes from the calendar, buffers included."""
        before = timedelta(minutes=self.service.buffer_before)
        return self.starts_at - before, self.ends_at + timedelta(minutes=self.service.buffer_after)

    @property
    def blocked_seconds(self) -> Interval:
        """The same in whole seconds since 1970."""
        low, high = self.blocked
        return int(low.timestamp()), int(high.timestamp())

    def status_at(self, now: datetime) -> Status:
        """Return the status that the visit has by `now`."""
        if self.outcome == Status.CANCELLED or self.ends_at <= now:
            return self.outcome
        if self.starts_at <= now and self.outcome == Status.COMPLETED:
            return Status.CHECKED_IN
        return Status.BOOKED

    def booked_at(self, now: datetime) -> datetime:
        """Return when it was booked: before the visit and before `now`, by more or less."""
        return min(self.starts_at - self.lead, now - self.lead / 24)


def wanted_visits(days_ahead: int) -> int:
    """Return how many visits of a day are booked so many days before: the calendar fills up."""
    if days_ahead <= 0:
        return MOST
    return max(1, MOST - 1 - days_ahead // 8)


def uid(provider: Provider, day: date, number: int) -> UUID:
    """Return the uid by which the demo knows this visit again."""
    return uuid5(OURS, f"{provider.slug} {day} {number}")


def day_of(
    provider: Provider,
    day: date,
    *,
    weekly: list[Weekly],
    dated: list[Dated],
    offered: list[Service],
    regulars: list[Person],
) -> Iterator[Visit]:
    """Return the visits of one day, as many as it can have, in the order of their booking."""
    opening = opening_hours.opening(weekly, dated, zone=provider.zone, first_day=day, last_day=day)
    chance = Random(f"{provider.slug} {day}")  # noqa: S311  plausible, not secret
    turn = day.toordinal() % EVERY
    waiting = [person for place, person in enumerate(regulars) if place % EVERY == turn]
    chance.shuffle(waiting)
    weights = [WEIGHTS[service.slug] for service in offered]
    busy: list[Interval] = []
    for number in range(MOST):
        service = chance.choices(offered, weights)[0]
        starts = _starts(opening, busy, service, provider, day)
        if not starts:
            continue
        person = waiting.pop()
        if service.slug == "first-visit":
            person = invent_patient(f"{provider.slug} {day} {number}", person.state)
        visit = Visit(
            uid=uid(provider, day, number),
            provider=provider,
            service=service,
            person=person,
            zone=_zone(person, chance),
            starts_at=datetime.fromtimestamp(chance.choice(starts), UTC),
            outcome=chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0],
            lead=timedelta(minutes=chance.randrange(9 * 60, 13 * 24 * 60)),
        )
        busy.append(visit.blocked_seconds)
        yield visit


def _starts(
    opening: opening_hours.Opening,
    busy: list[Interval],
    service: Service,
    provider: Provider,
    day: date,
) -> list[int]:
    rules = slots.Rules(
        length=service.minutes * 60,
        step=service.step * 60,
        before=service.buffer_before * 60,
        after=service.buffer_after * 60,
    )
    first, last = opening_hours.day_interval(day, None, None, provider.zone)
    return slots.free_starts(opening, busy, rules, not_before=first, not_after=last - 1)


def _zone(person: Person, chance: Random) -> str:
    """Mostly that of most people in their state."""
    regions = STATES[person.state].regions
    return regions[-1 if chance.random() < 0.2 else 0].zone

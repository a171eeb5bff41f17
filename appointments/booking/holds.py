"""Holds: a slot kept for a few minutes while its patient fills in the form."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.db.models import Count, F, Q

from appointments.booking import pressure
from appointments.booking.rules import (
    OnlyWithProof,
    SlotTaken,
    in_one_transaction,
    lock,
    nearest_slots,
    raise_unless_conflict,
    refused,
    require_open,
    require_room,
    require_within_visit_limits,
    settle_expired,
)
from appointments.models import Appointment, Provider, Service, Status
from appointments.models.appointment_status import PATIENT, SYSTEM
from appointments.scheduling import availability, hold_share
from appointments.scheduling.states import STATES
from core.database import database_time

HOLD_FOR = timedelta(minutes=10)
SHORT_HOLD = timedelta(minutes=3)  # under pressure, for browsers that have proved nothing
EXTEND_BY = timedelta(minutes=10)
KEPT_FOR_WHO_TYPES = timedelta(hours=1)
DAY = timedelta(days=1)


def take_hold(
    *,
    service: Service,
    state: str,
    starts_at: datetime,
    visitor: str,
    zone: str,
    provider: Provider | None = None,
    keep_for: timedelta = HOLD_FOR,
    proved: bool = False,
) -> Appointment:
    """Keep a slot for this visitor, in place of any other slot they hold.

    Without `provider` it goes to whoever is free and has the fewest visits that week; losing a
    race for one, the next is tried. Taking the slot that one already holds gives that hold.
    `zone` is the visitor's: the hold has it where it is one of the state's (`State.zone_for`).
    `proved`: a mailbox, or we ourselves, stand for the visitor; others get no more than their share
    of a day, and a hold that is short cannot be extended. Raises SlotTaken if nobody is free
    then, and its kinds OnlyWithProof and TimeClosed; an earlier hold of the visitor stays.
    """
    wanted = service.pk, state, starts_at, provider
    mine = _held_by(visitor)
    if mine and _is_it(mine, *wanted):
        return mine
    about = service, state, starts_at
    free = availability.free_providers(*about, only=provider, moving=mine, without_proof=not proved)
    for candidate in by_workload(free, starts_at):
        try:
            return _hold(candidate, service, state, starts_at, visitor, zone, keep_for, proved)
        except SlotTaken:  # a limit was reached meanwhile, or the calendar has changed
            continue
        except IntegrityError as error:
            raise_unless_conflict(error)
            # Perhaps by the same visitor's other click.
            mine = _held_by(visitor)
            if mine and _is_it(mine, *wanted):
                return mine
    if not proved and availability.free_providers(*about, only=provider):
        raise OnlyWithProof(nearest_slots(*about, without_proof=True))
    asked = availability.candidates(service, state, only=provider)
    raise refused(asked, service, state, starts_at, starts_at + service.length)


def _held_by(visitor: str) -> Appointment | None:
    """Return the visitor's hold: one at most, by a constraint. A visit that waits for the link in
    its mail is no hold any more."""
    held = Appointment.objects.holds().filter(visitor=visitor)
    return held.select_related("provider").order_by().first()


def _is_it(
    hold: Appointment, service: int, state: str, starts_at: datetime, provider: Provider | None
) -> bool:
    """Whether `hold` has not run out and is for just that."""
    return (
        hold.held_until is not None
        and hold.held_until > database_time.now()
        and (hold.service_id, hold.state, hold.starts_at) == (service, state, starts_at)
        and provider in (None, hold.provider)
    )


def by_workload(providers: Sequence[Provider], starts_at: datetime) -> Sequence[Provider]:
    """Return them sorted, those with the fewest visits in that week first.

    A week begins on Monday by each provider's own clock, as for the weekly limit.
    """
    if len(providers) < 2:
        return providers
    theirs = Q()
    for provider in providers:
        monday, next_monday = _week_of(starts_at, provider.zone)
        theirs |= Q(provider=provider, starts_at__gte=monday, starts_at__lt=next_monday)
    visits = Appointment.objects.live().filter(theirs).order_by().values_list("provider")
    counts = dict(visits.annotate(Count("pk")))
    return sorted(providers, key=lambda provider: (counts.get(provider.pk, 0), provider.pk))


def _week_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the Mondays that begin and end its week in that zone, at midnight."""
    day = moment.astimezone(zone).date()
    monday = datetime.combine(day - timedelta(days=day.weekday()), time.min, zone)
    return monday, monday + timedelta(days=7)  # in wall clock, whatever the offset is by then


@in_one_transaction
def _hold(
    provider: Provider,
    service: Service,
    state: str,
    starts_at: datetime,
    visitor: str,
    zone: str,
    keep_for: timedelta,
    proved: bool,
) -> Appointment:
    now = database_time.now()
    lock([provider.pk])
    Appointment.objects.holds().filter(visitor=visitor).update(status=Status.RELEASED)
    settle_expired([provider.pk], now)
    require_open(provider, service, state, starts_at, starts_at + service.length)
    require_within_visit_limits(provider, service, state, starts_at)
    if not proved and _held_without_proof(provider, starts_at) >= hold_share.AT_LEAST:
        require_room(provider, service, state, starts_at)
    return Appointment.objects.create(
        status=Status.HELD,
        provider=provider,
        service=service,
        state=state,
        visitor=visitor,
        zone=STATES[state].zone_for(zone),
        price_cents=service.price_cents,
        held_until=now + keep_for,
        extended=keep_for < HOLD_FOR,
        proved=proved,
        starts_at=starts_at,
        **times_of(service, starts_at),
    )


def _held_without_proof(provider: Provider, starts_at: datetime) -> int:
    """Return how many of the provider's times around that one are held without proof."""
    around = starts_at - DAY, starts_at + DAY
    held = Appointment.objects.filter(provider=provider, status=Status.HELD, proved=False)
    return held.filter(starts_at__range=around).count()


def times_of(service: Service, starts_at: datetime) -> dict:
    """The end of such a visit, and the time that it blocks."""
    ends_at = starts_at + service.length
    blocked = (
        starts_at - timedelta(minutes=service.buffer_before),
        ends_at + timedelta(minutes=service.buffer_after),
    )
    return {"ends_at": ends_at, "blocked": blocked}


def times_kept(appointment: Appointment, starts_at: datetime) -> dict:
    """Length and buffers as they were when it was booked: changing a service changes no visit."""
    by = starts_at - appointment.starts_at
    return {
        "ends_at": appointment.ends_at + by,
        "blocked": (appointment.blocked.lower + by, appointment.blocked.upper + by),
    }


def extend(hold: Appointment) -> bool:
    """Ten more minutes, once. False if it was extended before, has run out, or is no hold.

    Under pressure nobody gets more who has proved nothing.
    """
    now = database_time.now()
    if not hold.proved and pressure.read(now).is_on:
        return False
    return bool(
        Appointment.objects.holds()
        .filter(pk=hold.pk, extended=False, held_until__gt=now)
        .update(held_until=F("held_until") + EXTEND_BY, extended=True)
    )


def release(hold: Appointment, *, by: str = PATIENT) -> bool:
    """Give the time back at once. Does nothing to what is not a hold, and says so by False."""
    held = Appointment.objects.holds().filter(pk=hold.pk)
    return bool(held.update(status=Status.RELEASED, changed_by=by))


def revoke(pks: Sequence[int]) -> None:
    """Take back holds whose time the clinic has closed. Who fills in the form is told so."""
    Appointment.objects.holds().filter(pk__in=pks).update(status=Status.RELEASED, changed_by=SYSTEM)


def was_revoked(hold: Appointment) -> bool:
    return hold.status == Status.RELEASED and hold.changed_by == SYSTEM


def purge_abandoned_holds() -> int:
    """Settle holds that have run out and delete those that came to nothing; how many went.

    What was given back goes at once. What ran out, or was revoked, stays for an hour: somebody
    may still be typing, and then books it all the same or is told what became of it.
    """
    now = database_time.now()
    Appointment.objects.expired(now - HOLD_FOR).update(status=Status.EXPIRED, changed_by=SYSTEM)
    given_back = Q(status=Status.RELEASED) & ~Q(changed_by=SYSTEM)
    over = given_back | Q(held_until__lt=now - KEPT_FOR_WHO_TYPES)
    deleted, _ = Appointment.objects.abandoned().filter(over).delete()
    return deleted

"""Times that have become free are offered to who waits: to the first three whom they suit.

Nobody reports what has become free. The line is compared with the grid, so whatever frees a time
counts: a cancelled visit, a hold that ran out, hours that were added. While it is offered a hold
of its own keeps the time, for an offer that anyone else can take meanwhile is worth nothing. So
that this hides little from everybody else, `openings` bounds how often and how much is kept.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q

from appointments.booking import hold_owner, holds
from appointments.booking.rules import SlotTaken, in_one_transaction
from appointments.models import OfferStatus, Provider, Service, WaitlistEntry, WaitlistOffer
from appointments.scheduling import availability
from appointments.waitlist import emails, entries
from appointments.waitlist.matching import DAY, Openings
from core.database import database_time

OFFER_FOR = timedelta(minutes=15)
LEAD = timedelta(minutes=30)  # from the offer to the visit at least
AWAKE = range(7, 21)  # hours of the patient's clock: at night an offer would run out unread
AT_ONCE = 3  # to whom one time is offered
MOST_A_DAY = 3  # offers to one who waits
# What one run does for one service in one state; the next run goes on.
MOST_TIMES, MOST_READ = 5, 500


class NobodyLeft(Exception):
    """Who was to be asked has an offer by now, or is gone."""


def offer_freed_times() -> int:
    """Offer what is free to who waits; how many times were offered.

    Every minute, and after a change that frees a time. Any number of workers may run it at once.
    """
    now = database_time.now()
    settle(now)
    waiting = WaitlistEntry.objects.waiting(now).without_offer().filter(service__active=True)
    lines = list(waiting.order_by().values_list("service", "state").distinct())
    services = Service.objects.in_bulk({service for service, _ in lines})
    return sum(_offer_to_line(services[service], state, now) for service, state in lines)


@transaction.atomic
def settle(now: datetime) -> None:
    """Close offers and places whose time is over. What another worker has in hand is left to it."""
    over = WaitlistOffer.objects.run_out(now).order_by("pk").select_for_update(skip_locked=True)
    pks = list(over.values_list("pk", flat=True)[:MOST_READ])
    WaitlistOffer.objects.filter(pk__in=pks).update(status=OfferStatus.LAPSED)
    entries.end_old(now)


def _offer_to_line(service: Service, state: str, now: datetime) -> int:
    line = _line(service, state, now)
    if not line:
        return 0
    openings = Openings(availability.grid(service, state, first=now + LEAD, now=now), line, now)
    _want_any_time(line, openings)
    served: set[int] = set()
    times = 0
    for entry in line:
        start = None if entry.pk in served else openings.first_for(entry)
        if start is None:
            continue
        provider = openings.provider_for(entry, start)
        suited = [e for e in line if e.pk not in served and openings.can_offer(e, start, provider)]
        openings.close(provider, start)
        asked = _offer(service, state, availability.moment(start), provider, suited)
        served.update(asked)
        times += bool(asked)
        if times == MOST_TIMES:
            break
    return times


def _line(service: Service, state: str, now: datetime) -> list[WaitlistEntry]:
    """Who can be asked now, who came first in front."""
    today = Count("offers", filter=Q(offers__created__gt=now - DAY))
    waiting = WaitlistEntry.objects.waiting(now).without_offer().select_related("provider")
    waiting = waiting.filter(service=service, state=state).alias(today=today)
    found = waiting.filter(today__lt=MOST_A_DAY).unrestricted().in_line()[:MOST_READ]
    return [entry for entry in found if now.astimezone(entry.patient_zone).hour in AWAKE]


def _want_any_time(line: Sequence[WaitlistEntry], openings: Openings) -> None:
    """Who wanted a time sooner than another takes any, once none that suits is free any more."""
    pks = [entry.pk for entry in line if entry.sooner_than and not openings.suiting(entry)]
    if pks:
        WaitlistEntry.objects.filter(pk__in=pks).update(sooner_than=None)


def _offer(
    service: Service,
    state: str,
    starts_at: datetime,
    provider: Provider,
    suited: Sequence[WaitlistEntry],
) -> list[int]:
    """Keep the time and offer it to the first three of these; the keys of who was asked."""
    try:
        return keep_and_ask(service, state, starts_at, provider, suited)
    except (SlotTaken, NobodyLeft):  # the next run looks again
        return []


@in_one_transaction
def keep_and_ask(
    service: Service,
    state: str,
    starts_at: datetime,
    provider: Provider,
    suited: Sequence[WaitlistEntry],
    *,
    keep_for: timedelta = OFFER_FOR,
) -> list[int]:
    """Keep the time and offer it to the first three of these; return the keys of who was asked.

    Raises SlotTaken, and NobodyLeft where nobody of them can be asked any more.
    """
    _one_at_a_time(service, state)
    hold = holds.take_hold(
        service=service,
        state=state,
        starts_at=starts_at,
        visitor=f"{hold_owner.OF_WAITLIST}{secrets.token_hex(16)}",
        zone=suited[0].zone,
        provider=provider,
        keep_for=keep_for,
        proved=True,  # how many are kept for those who wait is bounded by `openings`
    )
    now = database_time.now()
    asked = _still_in_line(suited, starts_at, now)
    if not asked or hold.held_until is None:
        raise NobodyLeft
    offers = WaitlistOffer.objects.bulk_create(
        WaitlistOffer(
            entry=entry,
            hold=hold,
            provider=provider,
            starts_at=starts_at,
            created=now,
            until=hold.held_until,
        )
        for entry in asked
    )
    for offer in offers:
        emails.offered(offer)
    return [entry.pk for entry in asked]


def _one_at_a_time(service: Service, state: str) -> None:
    """Who offers to the same line waits for the other, and so sees what that one has offered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('waitlist line'), hashtext(%s))",
            [f"{service.pk} {state}"],
        )


def _still_in_line(
    suited: Sequence[WaitlistEntry], starts_at: datetime, now: datetime
) -> list[WaitlistEntry]:
    """The first three of these who still wait without an offer; nobody else changes them now."""
    before = WaitlistOffer.objects.filter(entry=OuterRef("pk"), starts_at=starts_at)
    waiting = WaitlistEntry.objects.waiting(now).without_offer().exclude(Exists(before))
    waiting = waiting.filter(pk__in=[entry.pk for entry in suited]).unrestricted()
    return list(waiting.in_line().select_for_update()[:AT_ONCE])

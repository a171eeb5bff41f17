"""Visits of the demo clinic: two weeks past, four weeks ahead.

Past ones cannot be booked by `booking`, and hundreds of confirmations should not go out, so they
are written in bulk here, within the rules that the database keeps.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from appointments.booking.attendance import complete, no_show
from appointments.booking.rules import lock
from appointments.emails import visit_outbox
from appointments.models import Appointment, License, Provider, Service, Status
from appointments.scheduling.provider_calendars import Calendar
from core.mail import outbox
from demo import patients, plan, records
from demo.plan import Visit
from demo.providers import ROSTER

PAST, AHEAD = timedelta(days=14), timedelta(days=28)


def settle_past_visits(now: datetime) -> None:
    """Close our visits that are over since the last time, as the front desk would have."""
    ours = Appointment.objects.filter(
        patient__email__endswith=patients.DOMAIN,
        status__in=[Status.BOOKED, Status.CHECKED_IN],
        ends_at__lt=now,
    )
    for visit in ours:
        missed = visit.status == Status.BOOKED and visit.uid.int % 11 == 0
        (no_show if missed else complete)(visit, by=records.FRONT_DESK)
        outbox.drop(about=visit_outbox.about(visit))


def book_visits(providers: list[Provider], services: dict[str, Service], now: datetime) -> int:
    """Write the planned visits that are not there yet and whose time is free; how many."""
    lock([provider.pk for provider in providers])
    calendar = Calendar.read(providers, now - PAST, now + AHEAD, now=now)
    planned = list(_planned(providers, services, calendar, now))
    uids = Appointment.objects.filter(uid__in=[visit.uid for visit in planned])
    known = set(uids.values_list("uid", flat=True))
    new = list(_fitting((visit for visit in planned if visit.uid not in known), calendar, now))
    records.create_records(new, now)
    return len(new)


def _planned(
    providers: list[Provider], services: dict[str, Service], calendar: Calendar, now: datetime
) -> Iterator[Visit]:
    licensed = defaultdict(set)
    for pk, state in License.objects.values_list("provider_id", "state"):
        licensed[pk].add(state)
    for provider, member in zip(providers, ROSTER, strict=True):
        regulars = patients.regulars(provider.slug, sorted(licensed[provider.pk]))
        if not regulars or not provider.active:
            continue
        today = now.astimezone(provider.zone).date()
        for ahead in range(-PAST.days, AHEAD.days):
            visits = plan.day_of(
                provider,
                today + timedelta(days=ahead),
                weekly=calendar.weekly[provider.pk],
                dated=calendar.dated[provider.pk] + calendar.dated[None],
                offered=[services[slug] for slug in member.offers],
                regulars=regulars,
            )
            yield from list(visits)[: plan.wanted_visits(ahead)]


def _fitting(visits: Iterable[Visit], calendar: Calendar, now: datetime) -> Iterator[Visit]:
    """Those whose time no live visit has: somebody may have booked through the site meanwhile."""
    for visit in visits:
        if visit.status_at(now) in Appointment.LIVE:
            low, high = visit.blocked_seconds
            taken = calendar.busy[visit.provider.pk]
            if any(low < end and start < high for start, end in taken):
                continue
        yield visit

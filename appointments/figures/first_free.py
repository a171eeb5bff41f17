"""How many days it is to the first free time in each state, of each service: as patients see it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from appointments.models import License, Provider, Service
from appointments.scheduling import slots, visit_limits
from appointments.scheduling.availability import license_end, moment, rules_of, visit_limits_of
from appointments.scheduling.opening_hours import Opening
from appointments.scheduling.provider_calendars import Calendar
from appointments.scheduling.states import STATES

Pair = tuple[str, int]  # a state's code and a service's key
Licenses = dict[int, dict[str, date]]  # the last day in each state, by provider
FIRST_LOOK = timedelta(days=8)


def days_ahead(now: datetime) -> dict[Pair, int | None]:
    """Return for each state and service that can be booked how many days ahead the first time is.

    0 is today, on the state's clock. None where nothing is free as far ahead as patients may book.
    """
    offered = {
        service: list(Provider.objects.offering(service).distinct())
        for service in Service.objects.filter(active=True)
    }
    licenses = _licenses({who.pk for found in offered.values() for who in found})
    wanted = {
        (state, service.pk)
        for service, providers in offered.items()
        for who in providers
        for state, last_day in licenses[who.pk].items()
        if license_end(last_day, state) > now.timestamp()
    }
    starts = _first_starts(offered, licenses, wanted, now)
    return {pair: _days(starts.get(pair), pair[0], now) for pair in wanted}


def _licenses(providers: Iterable[int]) -> Licenses:
    rows = (
        License.objects.filter(provider__in=providers).order_by().values_list("provider", "state")
    )
    found: Licenses = defaultdict(dict)
    for provider, state, last in rows.annotate(last=Max("expires")):
        found[provider][state] = last
    return found


def _first_starts(
    offered: dict[Service, list[Provider]], licenses: Licenses, wanted: set[Pair], now: datetime
) -> dict[Pair, int]:
    """Look a week ahead, then twice as far, until each has a time or its service's horizon is
    reached: a clinic with many providers has most of its first times this week."""
    found: dict[Pair, int] = {}
    ahead = FIRST_LOOK
    open_still = dict(offered)
    while open_still:
        everybody = {who for providers in open_still.values() for who in providers}
        calendar = Calendar.read(list(everybody), now, now + ahead, now=now)
        openings = {who: calendar.opening(who) for who in everybody}
        for service, providers in open_still.items():
            for who in providers:
                first = _free(calendar, openings[who], who, service, now)
                _keep_earliest(found, first, service, licenses[who.pk])
        open_still = {
            service: providers
            for service, providers in open_still.items()
            if ahead < timedelta(days=service.horizon_days)
            and any(pk == service.pk and (state, pk) not in found for state, pk in wanted)
        }
        ahead *= 2
    return found


def _free(
    calendar: Calendar, opening: Opening, who: Provider, service: Service, now: datetime
) -> Sequence[int]:
    begins = now + timedelta(hours=service.notice_hours)
    ends = min(calendar.last, now + timedelta(days=service.horizon_days))
    free = slots.free_starts(
        opening,
        calendar.busy[who.pk],
        rules_of(service),
        not_before=math.ceil(begins.timestamp()),
        not_after=int(ends.timestamp()),
    )
    limits = visit_limits_of(who, service)
    visits = calendar.visits[who.pk]
    return visit_limits.within(free, visits, limits, service=service.pk, zone=who.zone)


def _keep_earliest(
    found: dict[Pair, int], starts: Sequence[int], service: Service, licensed: dict[str, date]
) -> None:
    if not starts:
        return
    first = starts[0]
    for state, last_day in licensed.items():
        pair = state, service.pk
        if first < license_end(last_day, state) and first < found.get(pair, math.inf):
            found[pair] = first


def _days(start: int | None, state: str, now: datetime) -> int | None:
    if start is None:
        return None
    zone = ZoneInfo(STATES[state].zone)
    return (moment(start).astimezone(zone).date() - now.astimezone(zone).date()).days

"""Booked visits that cannot take place as booked: license, provider or hours are gone.

Read in five queries, whatever the number of visits.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Max, QuerySet, TextChoices
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, ConflictDecision, License, Provider
from appointments.scheduling import availability, opening_hours
from appointments.scheduling.intervals import Interval, union
from appointments.scheduling.provider_calendars import Calendar
from core.database import database_time

# Times as integers: there are tens of thousands of them on the first page of a large clinic.
SECONDS = [
    RawSQL(f"extract(epoch from {time})::bigint", ())  # noqa: S611  (our own columns)
    for time in ("starts_at", "ends_at")
]


class Why(TextChoices):
    """The first of these that is true of a visit."""

    INACTIVE = "inactive", _("The provider sees no patients any more")
    LICENSE = "license", _("The license has ended by then")
    TIME_OFF = "time_off", _("Time off or closed")
    HOURS = "hours", _("Outside the hours")


# The provider could still see the patient then, if both want to.
CAN_BE_KEPT = {Why.TIME_OFF, Why.HOURS}


def standing() -> dict[int, Why]:
    """Visits that need somebody: by primary key. Not those that staff put into time off knowingly,
    nor those whose move or cancelling is under way.

    Opening hours count only where a move failed: they are how patients book, and staff book
    outside them.
    """
    now = database_time.now()
    decided = dict(ConflictDecision.objects.values_list("appointment_id", "failed_at"))
    under_way = {pk for pk, failed_at in decided.items() if failed_at is None}
    rows = [row for row in _upcoming(now, None) if row[0] not in under_way]
    found = _find(rows, now, with_hours=len(decided) > len(under_way))
    knowing = {row[0] for row in rows if row[5]}
    return {
        pk: why
        for pk, why in found
        if (why != Why.TIME_OFF or pk not in knowing) and (why != Why.HOURS or pk in decided)
    }


def all_of(provider: int | None = None) -> set[tuple[int, Why]]:
    """Visits with what is wrong with each, opening hours included. Of everyone, or of one."""
    now = database_time.now()
    return _find(_upcoming(now, provider), now, with_hours=True)


def holds(provider: int | None = None) -> set[tuple[int, Why]]:
    """Running holds that could not become visits as they stand. Of everyone, or of one.

    A visit that waits for the link in its mail is none of them: confirming it looks again.
    """
    now = database_time.now()
    held = Appointment.objects.holds().filter(held_until__gt=now, starts_at__gt=now)
    return _find(_rows(held, provider), now, with_hours=True)


def _upcoming(now: datetime, provider: int | None) -> list[tuple]:
    return _rows(Appointment.objects.upcoming(now), provider)


def _rows(visits: QuerySet[Appointment], provider: int | None) -> list[tuple]:
    if provider is not None:
        visits = visits.filter(provider=provider)
    return list(
        visits.order_by().values_list("pk", "provider_id", "state", *SECONDS, "staff_reason")
    )


def _find(rows: Sequence[tuple], now: datetime, *, with_hours: bool) -> set[tuple[int, Why]]:
    if not rows:
        return set()
    providers = Provider.objects.in_bulk({row[1] for row in rows})
    licenses = _licenses(list(providers))
    last = datetime.fromtimestamp(max(row[4] for row in rows), UTC)
    calendar = Calendar.of_hours(list(providers.values()), now, last)
    off = {pk: _time_off(calendar, who) for pk, who in providers.items()}
    opening = {pk: _open(calendar, who) for pk, who in providers.items()} if with_hours else {}
    found = set()
    for pk, who, state, start, end, _reason in rows:
        visit = start, end
        if not providers[who].active:
            found.add((pk, Why.INACTIVE))
        elif visit[0] >= licenses.get((who, state), 0):
            found.add((pk, Why.LICENSE))
        elif _touches(visit, off[who]):
            found.add((pk, Why.TIME_OFF))
        elif with_hours and not _lies_in(visit, opening[who]):
            found.add((pk, Why.HOURS))
    return found


def _licenses(providers: list[int]) -> dict[tuple[int, str], int]:
    rows = License.objects.filter(provider__in=providers).order_by()
    ends = rows.values_list("provider_id", "state").annotate(Max("expires"))
    return {(who, state): availability.license_end(day, state) for who, state, day in ends}


def _time_off(calendar: Calendar, provider: Provider) -> list[Interval]:
    zone, day = provider.zone, opening_hours.DAY
    first = calendar.first.astimezone(zone).date() - day
    last = calendar.last.astimezone(zone).date() + day
    intervals = []
    for row in calendar.dated[provider.pk] + calendar.dated[None]:
        when = max(first, row.first_day)
        while row.is_off and when <= min(last, row.last_day):
            intervals.append(row.interval(when, zone))
            when += day
    return union(intervals)


def _open(calendar: Calendar, provider: Provider) -> list[Interval]:
    zone = provider.zone
    return opening_hours.opening(
        calendar.weekly[provider.pk],
        [row for row in calendar.dated[provider.pk] + calendar.dated[None] if not row.is_off],
        zone=zone,
        first_day=calendar.first.astimezone(zone).date(),
        last_day=calendar.last.astimezone(zone).date(),
    ).open


def _touches(visit: Interval, intervals: list[Interval]) -> bool:
    place = bisect_right(intervals, (visit[1] - 1, float("inf")))
    return place > 0 and intervals[place - 1][1] > visit[0]


def _lies_in(visit: Interval, intervals: list[Interval]) -> bool:
    place = bisect_right(intervals, (visit[0], float("inf")))
    return place > 0 and intervals[place - 1][1] >= visit[1]

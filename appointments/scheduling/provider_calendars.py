"""The rows that decide when providers are free, read in three queries for all of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models.expressions import RawSQL

from appointments.models import Appointment, HoursException, Provider
from appointments.scheduling import opening_hours
from appointments.scheduling.intervals import Interval
from appointments.scheduling.opening_hours import Dated, Weekly
from appointments.scheduling.visit_limits import Visit

# No visit with its buffers is longer, so nothing that starts earlier can reach into a window.
LONGEST = timedelta(days=1)
# A weekly limit counts the visits of the whole weeks at both ends, in any zone.
WHOLE_WEEK = timedelta(days=8)

# Times as integers: parsing ranges costs ten times as much.
SECONDS = [
    RawSQL(f"extract(epoch from {time})::bigint", ())  # noqa: S611  (our own columns)
    for time in ("starts_at", "lower(blocked)", "upper(blocked)")
]
IS_UNPROVED = RawSQL("(status = 'held' AND NOT proved)", ())


@dataclass(frozen=True)
class Calendar:
    """The rows that decide when providers are free, read once for all of them.

    Of `busy`, `unproved` is what browsers hold that have proved nothing.
    """

    first: datetime
    last: datetime
    weekly: dict[int, list[Weekly]]
    dated: dict[int | None, list[Dated]]
    busy: dict[int, list[Interval]]
    unproved: dict[int, list[Interval]]
    visits: dict[int, list[Visit]]

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
        days = first.date() - 2 * opening_hours.DAY, last.date() + 2 * opening_hours.DAY
        reach = WHOLE_WEEK if any(provider.weekly_limit for provider in providers) else LONGEST
        taken = _taken(pks, first - reach, last + reach, now, leaving)
        return cls(first, last, _weekly(pks), _dated(pks, *days), *taken)

    @classmethod
    def of_hours(cls, providers: Sequence[Provider], first: datetime, last: datetime) -> "Calendar":
        """Read their hours, time off and closures alone, in two queries."""
        pks = [provider.pk for provider in providers]
        days = first.date() - 2 * opening_hours.DAY, last.date() + 2 * opening_hours.DAY
        return cls(first, last, _weekly(pks), _dated(pks, *days), {}, {}, {})

    @classmethod
    def with_exceptions(
        cls, pks: list[int], first: datetime, last: datetime, dated: dict[int | None, list[Dated]]
    ) -> "Calendar":
        """Read their weekly hours alone, in one query: `dated` is known already."""
        return cls(first, last, _weekly(pks), dated, {}, {}, {})

    def opening(self, provider: Provider) -> opening_hours.Opening:
        zone = provider.zone
        return opening_hours.opening(
            self.weekly[provider.pk],
            self.dated[provider.pk] + self.dated[None],
            zone=zone,
            first_day=self.first.astimezone(zone).date(),
            last_day=self.last.astimezone(zone).date(),
        )


# By hand, as every page of times and every booking asks these: Django takes longer to write them
# than PostgreSQL to answer.
WEEKLY = """
    SELECT provider_id, weekday, opens, closes, valid_from, valid_to
    FROM appointments_weeklyhours WHERE provider_id = ANY(%s)
"""
DATED = """
    SELECT provider_id, kind = %s, first_day, last_day, opens, closes, zone
    FROM appointments_hoursexception
    WHERE (provider_id = ANY(%s) OR provider_id IS NULL) AND first_day <= %s AND last_day >= %s
"""


def _weekly(pks: list[int]) -> dict[int, list[Weekly]]:
    """Return all they ever had: each says itself from when to when it holds."""
    rows = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(WEEKLY, [pks])
        for pk, *row in cursor.fetchall():
            rows[pk].append(Weekly(*row))
    return rows


def _dated(pks: list[int], first_day: date, last_day: date) -> dict[int | None, list[Dated]]:
    rows = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(DATED, [HoursException.Kind.TIME_OFF, pks, last_day, first_day])
        for pk, *row in cursor.fetchall():
            rows[pk].append(Dated(*row))
    return rows


def _taken(
    pks: list[int],
    after: datetime,
    before: datetime,
    now: datetime,
    leaving: Appointment | None,
) -> tuple[dict[int, list[Interval]], dict[int, list[Interval]], dict[int, list[Visit]]]:
    """What live visits that start in between block; of that, what is held without proof; and
    their starts with their service."""
    busy, unproved, visits = defaultdict(list), defaultdict(list), defaultdict(list)
    found = Appointment.objects.blocking(now).filter(
        provider__in=pks, starts_at__gt=after, starts_at__lt=before
    )
    if leaving:
        found = found.exclude(pk=leaving.pk)
    rows = found.order_by().values_list("provider_id", "service_id", *SECONDS, IS_UNPROVED)
    for pk, service, start, blocked_from, blocked_to, is_unproved in rows:
        busy[pk].append((blocked_from, blocked_to))
        visits[pk].append(Visit(start, service))
        if is_unproved:
            unproved[pk].append((blocked_from, blocked_to))
    return busy, unproved, visits

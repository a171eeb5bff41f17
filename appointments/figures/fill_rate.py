"""How much of the open hours is filled: seconds of visits with their buffers, of those open."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models.expressions import RawSQL

from appointments.models import Appointment, Provider, Status
from appointments.scheduling.intervals import Interval, common, union
from appointments.scheduling.provider_calendars import LONGEST, Calendar
from core.staff.figures.periods import Period

# What took its time, or will. What was cancelled, however late, left it free.
FILLING = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)
_SECONDS = [
    RawSQL(f"extract(epoch from {time})::bigint", ())  # noqa: S611  (our own columns)
    for time in ("lower(blocked)", "upper(blocked)")
]


class Fill(NamedTuple):
    """Of one provider, for each week of the period: seconds open, and of these filled."""

    provider: Provider
    open: list[int]
    filled: list[int]


def read(period: Period) -> list[Fill]:
    """Return the fill of each provider who sees patients now, by their hours as they stand now.

    Weeks, and the days at both ends, are the practice's; the hours are on each provider's clock.
    """
    providers = list(Provider.objects.active())
    calendar = Calendar.of_hours(providers, period.begins, period.ends)
    busy = _busy(period)
    edges = _edges(period)
    found = []
    for provider in providers:
        hours = common(calendar.opening(provider).open, [(edges[0], edges[-1])])
        filled = common(hours, union(busy[provider.pk]))
        found.append(Fill(provider, _by_week(hours, edges), _by_week(filled, edges)))
    return found


def _busy(period: Period) -> dict[int, list[Interval]]:
    visits = Appointment.objects.filter(
        starts_at__gt=period.begins - LONGEST,
        starts_at__lt=period.ends + LONGEST,
        status__in=FILLING,
    )
    found = defaultdict(list)
    for provider, begins, ends in visits.order_by().values_list("provider_id", *_SECONDS):
        found[provider].append((begins, ends))
    return found


def _edges(period: Period) -> list[int]:
    """The seconds at which the period, and each further week in it, begins; and its end."""
    inner = [Period(monday, monday, period.zone).begins for monday in period.weeks[1:]]
    return [int(moment.timestamp()) for moment in (period.begins, *inner, period.ends)]


def _by_week(intervals: Iterable[Interval], edges: Sequence[int]) -> list[int]:
    """Return the seconds between each two edges. The intervals lie between the outermost."""
    sums = [0] * (len(edges) - 1)
    for start, end in intervals:
        place = bisect_right(edges, start) - 1
        while start < end:
            stop = min(end, edges[place + 1])
            sums[place] += stop - start
            start, place = stop, place + 1
    return sums

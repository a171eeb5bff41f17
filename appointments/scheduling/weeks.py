"""A provider's weekly hours as weeks that follow one another: each holds from a day on.

Rows say themselves from when to when they hold. What changes is the week from a day until the next
one begins; what was before stays, so that a figure of last month counts last month's hours.
"""

from collections.abc import Collection, Iterable
from datetime import date, time, timedelta
from typing import NamedTuple

from appointments.models import Provider, WeeklyHours
from core.database import database_time

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Open on that weekday (Monday is 0) of the provider's clock; midnight closes the day."""

    weekday: int
    opens: time
    closes: time


def today_of(provider: Provider) -> date:
    """Return the day that it is where the provider is."""
    return database_time.now().astimezone(provider.zone).date()


def spans_on(rows: Iterable[WeeklyHours], day: date) -> list[Span]:
    """Return the week in force on that day, in order."""
    return sorted({_span(row) for row in rows if _holds(row, day)})


def beginnings(rows: Iterable[WeeklyHours], after: date) -> list[date]:
    """Return the days after `after` from which another week is in force, in order."""
    found = set()
    for row in rows:
        found.add(row.valid_from or after)
        found.add(row.valid_to + DAY if row.valid_to else after)
    return sorted(day for day in found if day > after)


def last_day_of_week_from(rows: Iterable[WeeklyHours], since: date) -> date | None:
    """Return the last day before another week begins; None where none does."""
    later = beginnings(rows, since)
    return later[0] - DAY if later else None


def replace_week(provider: Provider, wanted: Collection[Span], *, since: date) -> date | None:
    """Make these the hours from `since` on, until the next week that is planned begins.

    Returns the last day of it, or None. The first hours of all hold without a beginning. The caller
    has locked the provider.
    """
    rows = list(provider.weekly_hours.all())
    until = last_day_of_week_from(rows, since)
    missing = {*wanted}
    for row in rows:
        if _holds(row, since):
            if _span(row) in missing:
                missing.remove(_span(row))
            else:
                _end(row, since, until)
    ended = {_span(row): row for row in rows if row.pk and row.valid_to == since - DAY}
    for span in sorted(missing):
        if span in ended:  # it was taken away from this day on, and comes back
            ended[span].valid_to = until
            ended[span].save(update_fields=["valid_to"])
        else:
            begins = since if rows else None
            _begin(provider, span, begins, until)
    return until


def _end(row: WeeklyHours, since: date, until: date | None) -> None:
    """Take the days from `since` to `until` out of it."""
    goes_on = until is not None and (row.valid_to is None or row.valid_to > until)
    if row.valid_from is not None and row.valid_from >= since:
        row.delete()
        return
    last = row.valid_to
    row.valid_to = since - DAY
    row.save(update_fields=["valid_to"])
    if goes_on and until:
        _begin(row.provider, _span(row), until + DAY, last)


def _begin(provider: Provider, span: Span, since: date | None, until: date | None) -> None:
    provider.weekly_hours.create(
        weekday=span.weekday,
        opens=span.opens,
        closes=span.closes,
        valid_from=since,
        valid_to=until,
    )


def _span(row: WeeklyHours) -> Span:
    return Span(row.weekday, row.opens, row.closes)


def _holds(row: WeeklyHours, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (
        row.valid_to is None or day <= row.valid_to
    )

"""The practice's wall clock: what staff read everywhere in the admin.

`with_practice_zone` puts the zone on each row, so that a list asks for the practice once.
"""

from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.contrib.admin.widgets import AdminTimeWidget
from django.db.models import Model, QuerySet, TimeField, Value
from django.utils.formats import date_format, time_format
from django.utils.translation import pgettext

from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock, clock_in
from core.database import database_time
from core.practice.models import Practice
from core.validation import dates

M = TypeVar("M", bound=Model)

# How staff write a time of day, and which days there are.
TIME_INPUT_FORMATS = ["%I:%M %p", "%I:%M%p", "%I %p", "%I%p", "%H:%M", "%H:%M:%S"]
FORMFIELD_OVERRIDES: dict = dates.FORM_FIELDS | {
    TimeField: {
        "input_formats": TIME_INPUT_FORMATS,
        "widget": AdminTimeWidget(format=TIME_INPUT_FORMATS[0]),
    }
}


def with_practice_zone(rows: QuerySet[M, M]) -> QuerySet[M, M]:
    """Return the same rows, each with the practice's time zone as `practice_zone`."""
    return rows.annotate(practice_zone=Value(Practice.current().time_zone))  # type: ignore[return-value]  # annotated


def zone_of(row: Model) -> str:
    """Return the zone that `with_practice_zone` has put on this row."""
    return row.practice_zone  # type: ignore[attr-defined]  # annotated above


def zone() -> ZoneInfo:
    """Return the practice's time zone."""
    return Practice.current().zone


def today() -> date:
    """Return the day that it is at the practice."""
    return database_time.now().astimezone(zone()).date()


def midnight(day: date, where: ZoneInfo) -> datetime:
    """Return the moment at which this day begins there."""
    return datetime.combine(day, time(0), tzinfo=where)


def format_date(when: date) -> str:
    """Return "Tue, Nov 24, 2026"."""
    return date_format(when, pgettext("day in a list", "D, M j, Y"), use_l10n=False)


def format_short_date(when: date) -> str:
    """Return "Tue, Nov 24", for days around now."""
    return date_format(when, pgettext("near day in a list", "D, M j"), use_l10n=False)


def format_days(first: date, last: date) -> str:
    """Return "Tue, Nov 24, 2026", or the first and the last of several."""
    return format_date(first) if first == last else f"{format_date(first)} – {format_date(last)}"


def format_time(when: time) -> str:
    """Return "2:30 pm"."""
    return time_format(when, pgettext("clock", "g:i A"), use_l10n=False).lower()


def format_short_datetime(when: datetime, where: ZoneInfo | str = "") -> str:
    """Return "Tue, Nov 24, 2:30 pm", for lists of days around now; at the practice by itself."""
    local = when.astimezone(ZoneInfo(str(where or zone())))
    return f"{format_short_date(local)}, {clock(local)}"


def format_datetime(when: datetime, where: ZoneInfo | str = "") -> str:
    """Return "Tue, Nov 24, 2026, 2:30 pm"; at the practice by itself."""
    local = when.astimezone(ZoneInfo(str(where or zone())))
    return f"{format_date(local)}, {clock(local)}"


def format_datetime_and_zone(when: datetime, where: ZoneInfo | str) -> str:
    """Return "Tue, Nov 24, 2026, 2:30 pm Central Time"."""
    local = when.astimezone(ZoneInfo(str(where)))
    return f"{format_date(local)}, {clock_in(local, time_zones.words(where))}"

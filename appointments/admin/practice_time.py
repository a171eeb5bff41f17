"""The practice's wall clock: what staff read everywhere in the admin.

`clocked` puts the zone on each row, so that a list asks for the practice once.
"""

from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.contrib.admin.widgets import AdminTimeWidget
from django.db.models import Model, QuerySet, TimeField, Value
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.translation import pgettext

from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock, clock_in
from core.people.phone_numbers import Phone
from core.practice.models import Practice
from core.validation import dates

M = TypeVar("M", bound=Model)

# How staff write a time of day, and which days there are, for `formfield_overrides`.
CLOCKS = ["%I:%M %p", "%I:%M%p", "%I %p", "%I%p", "%H:%M", "%H:%M:%S"]
AS_STAFF_WRITE: dict = dates.FORM_FIELDS | {
    TimeField: {"input_formats": CLOCKS, "widget": AdminTimeWidget(format=CLOCKS[0])}
}


def clocked(rows: QuerySet[M, M]) -> QuerySet[M, M]:
    """The same rows, each with the practice's time zone as `office_zone`."""
    return rows.annotate(office_zone=Value(Practice.current().time_zone))  # type: ignore[return-value]


def zone_of(row: Model) -> str:
    """The zone that `clocked` has put on it."""
    return row.office_zone  # type: ignore[attr-defined]


def zone() -> ZoneInfo:
    return Practice.current().zone


def today() -> date:
    return timezone.now().astimezone(zone()).date()


def midnight(day: date, where: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=where)


def day(when: date) -> str:
    """Tue, Nov 24, 2026"""
    return date_format(when, pgettext("day in a list", "D, M j, Y"), use_l10n=False)


def phone(number: Phone | None) -> str:
    """(615) 555-0142 ext. 12, to press and dial; empty where there is none."""
    if not number or not number.is_valid():
        return str(number or "")
    return format_html('<a href="{}">{}</a>', number.link, number.formatted)


def wall_clock(when: time) -> str:
    """2:30 pm"""
    return time_format(when, pgettext("clock", "g:i A"), use_l10n=False).lower()


def near_moment(when: datetime, where: ZoneInfo | str) -> str:
    """Tue, Nov 24, 2:30 pm: for lists of days around now"""
    local = when.astimezone(ZoneInfo(str(where)))
    format_ = pgettext("near day in a list", "D, M j")
    return f"{date_format(local, format_, use_l10n=False)}, {clock(local)}"


def moment(when: datetime, where: ZoneInfo | str) -> str:
    """Tue, Nov 24, 2026, 2:30 pm"""
    local = when.astimezone(ZoneInfo(str(where)))
    return f"{day(local)}, {clock(local)}"


def moment_in_words(when: datetime, where: ZoneInfo | str) -> str:
    """Tue, Nov 24, 2026, 2:30 pm Central Time"""
    local = when.astimezone(ZoneInfo(str(where)))
    return f"{day(local)}, {clock_in(local, time_zones.words(where))}"

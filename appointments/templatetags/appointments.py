"""Dates and times as we say them to a patient: "Tuesday, November 10", "2:30 pm", "Central Time".

The datetimes given are aware and already on the patient's clock, and are shown as they are.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from django import template
from django.template import Context
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext, to_locale
from django.utils.translation import gettext as _

from appointments import cookies
from appointments.scheduling import time_zones
from appointments.scheduling.states import State

register = template.Library()


@register.filter(expects_localtime=False)
def clock(when: datetime) -> str:
    """Return "2:30 pm"; of one that comes twice that day "1:30 am, before the clocks change"."""
    return f"{_clock(when)}{_which(when)}"


@register.filter(expects_localtime=False)
def clock_in(when: datetime, zone: str) -> str:
    """Return "2:30 pm Central Time"; where it comes twice that day, which one, as in `clock`."""
    return f"{_clock(when)} {zone}{_which(when)}"


def _clock(when: datetime) -> str:
    return date_format(when, pgettext("clock", "g:i A"), use_l10n=False).lower()


def _which(when: datetime) -> str:
    """Return which of two it is, where the clocks go back over it; else nothing."""
    if when.replace(fold=0).utcoffset() == when.replace(fold=1).utcoffset():
        return ""
    return _(", after the clocks change") if when.fold else _(", before the clocks change")


@register.simple_tag(takes_context=True)
def on_visitor_clock(context: Context, when: datetime) -> datetime | None:
    """Return `when` on the clock of the visitor's browser, where that shows something else."""
    zone = cookies.zone_of(context["request"])
    return on_another_clock(when, zone) if zone else None


@register.filter(expects_localtime=False)
def on_another_clock(when: datetime, zone: ZoneInfo) -> datetime | None:
    """Return `when` on the clock of `zone`; None where that shows the same."""
    local = when.astimezone(zone)
    return None if local.utcoffset() == when.utcoffset() else local


@register.filter(expects_localtime=False)
def clock_beside(when: datetime, other: datetime) -> str:
    """Return the clock of `when`, with its weekday where `other`, the same moment, has another."""
    if when.date() == other.date():
        return clock(when)
    return _("%(clock)s on %(weekday)s") % {"clock": clock(when), "weekday": weekday(when)}


@register.filter
def place_of(state: State, zone: str) -> str:
    """Return "New York"; of a state with several clocks the part that keeps this one."""
    return state.place(str(zone))


@register.filter(expects_localtime=False)
def weekday_and_day(when: date) -> str:
    """Return "Tuesday, November 10"."""
    return date_format(when, pgettext("weekday and day", "l, F j"), use_l10n=False)


@register.filter(expects_localtime=False)
def weekday(when: date) -> str:
    """Return "Tuesday"."""
    return date_format(when, "l", use_l10n=False)


@register.filter(expects_localtime=False)
def month_day(when: date) -> str:
    """Return "November 10"."""
    return date_format(when, pgettext("month and day", "F j"), use_l10n=False)


@register.filter(expects_localtime=False)
def full_day(when: date) -> str:
    """Return "Tuesday, November 10, 2026"."""
    return date_format(when, pgettext("full day", "l, F j, Y"), use_l10n=False)


@register.filter
def slot(when: datetime) -> str:
    """Return the value of a button: the start in UTC, "2026-11-10T14:30Z"."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@register.filter(expects_localtime=False)
def day_and_clock(when: datetime, today: date) -> str:
    """Return "Today, Monday at 4:30 pm", "Tomorrow, Tuesday at …", "Friday, November 13 at …"."""
    weekday = date_format(when, "l", use_l10n=False)
    if when.date() == today:
        day = _("Today, %(weekday)s") % {"weekday": weekday}
    elif when.date() == today + timedelta(days=1):
        day = _("Tomorrow, %(weekday)s") % {"weekday": weekday}
    else:
        day = weekday_and_day(when)
    return _("%(day)s at %(clock)s") % {"day": day, "clock": clock(when)}


@register.filter(expects_localtime=False)
def short_day_and_clock(when: datetime, today: date) -> str:
    """Return "today, 4:30 pm", "Thursday, 1:00 pm" within a week, "Nov. 20, 1:00 pm" later."""
    if when.date() == today:
        day = _("today")
    elif when.date() < today + timedelta(days=7):
        day = date_format(when, "l", use_l10n=False)
    else:
        day = date_format(when, pgettext("short month and day", "N j"), use_l10n=False)
    return f"{day}, {clock(when)}"


@register.filter
def days_to(first: date, last: date) -> str:
    """Return "November 9 to 15", "November 30 to December 6"."""
    same_month = first.month == last.month
    until = pgettext("last day of the same month", "j") if same_month else ""
    return _("%(first)s to %(last)s") % {
        "first": month_day(first),
        "last": date_format(last, until, use_l10n=False) if until else month_day(last),
    }


@register.filter
def money(cents: int) -> str:
    """Return "$120", or "$99.50", in every language of the United States."""
    whole = not cents % 100
    return format_currency(
        Decimal(cents) / 100,
        "USD",
        "¤#,##0" if whole else None,
        locale=_us_locale(),
        currency_digits=not whole,
    )


def _us_locale() -> str:
    """Return the language of now as it is written in the United States, such as "es_US"."""
    locale = to_locale(get_language() or "en-us")
    return locale if "_" in locale else f"{locale}_US"


@register.filter
def zone_words(zone: str) -> str:
    """Return "Central Time"."""
    return time_zones.words(str(zone))

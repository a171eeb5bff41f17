"""Wall clocks of a provider, named, with the practice's beside them where the two differ."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import HoursException, Provider
from appointments.scheduling import opening_hours, time_zones
from appointments.templatetags.appointments import clock
from core.database import database_time


def differ(theirs: ZoneInfo, ours: ZoneInfo, day: date) -> bool:
    """Return whether the two show different times at noon of that day."""
    noon = datetime.combine(day, time(12))
    return noon.replace(tzinfo=theirs).utcoffset() != noon.replace(tzinfo=ours).utcoffset()


def span(opens: time, closes: time) -> str:
    """Return "1:00 pm – 2:00 pm"; a day's end is "midnight"."""
    last = practice_time.format_time(closes) if closes != time(0) else _("midnight")
    return f"{practice_time.format_time(opens)} – {last}"


def span_there(opens: time, closes: time, day: date, theirs: ZoneInfo, ours: ZoneInfo) -> str:
    """Return what the clock of `ours` shows during a span of that day on the clock of `theirs`."""
    seconds = opening_hours.day_interval(day, opens, closes, theirs)
    begins, ends = (datetime.fromtimestamp(each, ours) for each in seconds)
    return f"{clock(begins)} – {clock(ends)}"


def of_exception(row: HoursException, provider: Provider | None) -> str:
    """Return the times of one that has some, on whose clock they are: for `provider`, or all."""
    opens, closes = row.opens or time(0), row.closes or time(0)
    if row.zone:
        return _named_span(opens, closes, row.first_day, ZoneInfo(row.zone))
    if provider is None:
        return _("%(span)s on each provider’s own clock") % {"span": span(opens, closes)}
    return _named_span(opens, closes, row.first_day, provider.zone)


def _named_span(opens: time, closes: time, day: date, zone: ZoneInfo) -> str:
    """Return "1:00 pm – 2:00 pm Pacific Time (3:00 pm – 4:00 pm Central Time)"."""
    ours = practice_time.zone()
    named = f"{span(opens, closes)} {time_zones.words(str(zone))}"
    if not differ(zone, ours, day):
        return named
    there = span_there(opens, closes, day, zone, ours)
    return f"{named} ({there} {time_zones.words(ours)})"


def whose(provider: Provider) -> str:
    """Return whose clock it is: "Pacific Time, 2 hours behind the practice"."""
    words, ours = time_zones.words(provider.time_zone), practice_time.zone()
    now = database_time.now()
    apart = now.astimezone(provider.zone).utcoffset() - now.astimezone(ours).utcoffset()  # type: ignore[operator]  # both are aware
    hours = apart.total_seconds() / 3600
    if not hours:
        return _("%(zone)s, as at the practice") % {"zone": words}
    text = _("%(zone)s, %(hours)g h ahead of the practice")
    if hours < 0:
        text = _("%(zone)s, %(hours)g h behind the practice")
    return text % {"zone": words, "hours": abs(hours)}

"""One provider's one day as staff read it: hours, time off, visits and holds, on our clock.

Read in five queries, whatever the number of providers and visits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment, HoursException, Provider, Status
from appointments.scheduling import availability, opening_hours, time_zones
from appointments.scheduling.provider_calendars import Calendar
from appointments.templatetags.appointments import clock
from core.database import database_time

DAY = timedelta(days=1)
SHOWN = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)


@dataclass(frozen=True)
class Entry:
    visit: Appointment
    when: str
    their_when: str  # on the provider's clock, where it differs
    note: str

    @property
    def is_hold(self) -> bool:
        return self.visit.status == Status.HELD and self.visit.patient_id is None


@dataclass(frozen=True)
class Column:
    provider: Provider
    day: date
    hours: list[str]
    off: list[str]
    entries: list[Entry]

    @property
    def day_words(self) -> str:
        return practice_time.format_date(self.day)

    @property
    def visits(self) -> int:
        return sum(not entry.is_hold for entry in self.entries)


def columns(days: Sequence[date], provider: Provider | None = None) -> list[Column]:
    """Return each day of that provider; or of everyone who sees patients or has a visit then."""
    zone = practice_time.zone()
    first, end = practice_time.midnight(days[0], zone), practice_time.midnight(days[-1] + DAY, zone)
    visits = _visits(first, end, provider)
    providers = [provider] if provider else _providers(visits)
    calendar = Calendar.read(providers, first, end, now=database_time.now())
    exceptions = list(
        HoursException.objects.touching(days[0], days[-1])
        .of([who.pk for who in providers])
        .filter(kind=HoursException.Kind.TIME_OFF)
        .order_by("provider_id", "opens")
    )
    entries: dict[tuple[int, date], list[Entry]] = defaultdict(list)
    for visit in visits:
        key = visit.provider_id, visit.starts_at.astimezone(zone).date()
        entries[key].append(_entry(visit, zone))
    return [
        Column(
            who,
            day,
            list(_hours(calendar, who, day, zone)),
            [_off(row, who, day, zone) for row in exceptions if _concerns(row, who, day)],
            entries[who.pk, day],
        )
        for who in providers
        for day in days
    ]


def _visits(first: datetime, end: datetime, provider: Provider | None) -> list[Appointment]:
    live_hold = Q(status=Status.HELD, held_until__gt=database_time.now())
    found = Appointment.objects.filter(Q(status__in=SHOWN) | live_hold)
    found = found.filter(starts_at__gte=first, starts_at__lt=end)
    if provider:
        found = found.filter(provider=provider)
    return list(found.select_related("patient", "provider", "service").order_by("starts_at", "pk"))


def _providers(visits: Iterable[Appointment]) -> list[Provider]:
    seen = {visit.provider_id for visit in visits}
    return list(Provider.objects.filter(Q(active=True) | Q(pk__in=seen)))


def _entry(visit: Appointment, zone: ZoneInfo) -> Entry:
    begins, ends = (moment.astimezone(zone) for moment in (visit.starts_at, visit.ends_at))
    theirs = visit.provider.zone
    their_when = ""
    if _differs(theirs, zone, visit.starts_at):
        facts = {
            "clock": clock(visit.starts_at.astimezone(theirs)),
            "zone": time_zones.words(theirs),
        }
        their_when = _("%(clock)s %(zone)s") % facts
    note = visit.get_status_display()
    if visit.held_until:
        until = clock(visit.held_until.astimezone(zone))
        words = _("Held until %(until)s")
        if visit.waits_for_the_patient:
            words = _("Held until %(until)s, waits for the patient’s yes by e-mail")
        note = words % {"until": until}
    return Entry(visit, f"{clock(begins)} – {clock(ends)}", their_when, note)


def _differs(one: ZoneInfo, other: ZoneInfo, when: datetime) -> bool:
    return when.astimezone(one).utcoffset() != when.astimezone(other).utcoffset()


def _hours(calendar: Calendar, who: Provider, day: date, zone: ZoneInfo) -> Iterator[str]:
    """Yield the open hours of that day, without time off, on our clock."""
    first = int(practice_time.midnight(day, zone).timestamp())
    end = int(practice_time.midnight(day + DAY, zone).timestamp())
    for opens, closes in calendar.opening(who).open:
        if opens < end and closes > first:
            begin, stop = (
                clock(availability.moment(second).astimezone(zone))
                for second in (max(opens, first), min(closes, end))
            )
            yield f"{begin} – {stop}"


def _concerns(row: HoursException, who: Provider, day: date) -> bool:
    return row.provider_id in (None, who.pk) and row.first_day <= day <= row.last_day


def _off(row: HoursException, who: Provider, day: date, zone: ZoneInfo) -> str:
    """Return "Closed: Thanksgiving Day", or "Time off 1:00 pm – 3:00 pm", on our clock."""
    what = _("Time off") if row.provider_id else _("Closed")
    if row.opens and row.closes:
        seconds = opening_hours.day_interval(day, row.opens, row.closes, who.zone)
        begin, stop = (clock(availability.moment(each).astimezone(zone)) for each in seconds)
        what += f" {begin} – {stop}"
    return f"{what}: {row.note}" if row.note else what

"""By when a patient can expect an answer: the clinic's hours, less holidays and closures."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appointments.models import Appointment, HoursException, Patient
from appointments.scheduling.intervals import Interval
from appointments.scheduling.opening_hours import Dated, Weekly, opening
from core.practice.models import Practice
from messaging import answer_times
from messaging.models import MessagingRules

DAYS_AHEAD = 60  # no closure is longer
QUARTER = 15 * 60


class Expected(NamedTuple):
    """What a patient is told before they write; on their clock."""

    by: datetime
    opens: datetime | None  # where nobody reads now


def due_at(now: datetime, rules: MessagingRules) -> datetime:
    """Return when an answer to what is written now is due, rounded up to a quarter of an hour."""
    hours = _open_hours(now, rules)
    due = answer_times.due(int(now.timestamp()), hours, rules.answer_hours * 3600)
    if due is None:
        return now + timedelta(days=DAYS_AHEAD)
    return datetime.fromtimestamp(-(-due // QUARTER) * QUARTER, UTC)


def expected(now: datetime, rules: MessagingRules, zone: ZoneInfo) -> Expected:
    """Return by when an answer comes, and when somebody reads again where it is closed now."""
    moment = int(now.timestamp())
    opens = answer_times.opens_at(moment, _open_hours(now, rules))
    closed = opens is not None and opens > moment
    return Expected(
        by=due_at(now, rules).astimezone(zone),
        opens=datetime.fromtimestamp(opens, zone) if closed and opens else None,
    )


def zone_of(patient: Patient | None) -> ZoneInfo:
    """Return the clock that a patient lives by: that of their latest visit, else the clinic's."""
    if patient is not None:
        visits = Appointment.objects.filter(patient=patient).exclude(zone="")
        zone = visits.order_by("-starts_at").values_list("zone", flat=True).first()
        if zone:
            return ZoneInfo(zone)
    return Practice.current().zone


def _open_hours(now: datetime, rules: MessagingRules) -> list[Interval]:
    zone = Practice.current().zone
    first = now.astimezone(zone).date()
    last = first + timedelta(days=DAYS_AHEAD)
    closures = HoursException.objects.filter(provider=None).touching(first, last)
    weekly = [Weekly(day, rules.opens, rules.closes) for day in rules.weekdays]
    dated = [_dated(row) for row in closures.filter(kind=HoursException.Kind.TIME_OFF)]
    return opening(weekly, dated, zone=zone, first_day=first, last_day=last).open


def _dated(row: HoursException) -> Dated:
    return Dated(True, row.first_day, row.last_day, row.opens, row.closes, row.zone)

"""The morning count: how many visits a provider has today, at seven on their own clock.

After an outage it still comes until noon; nobody with an empty day gets one.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Exists, Min, OuterRef, Value
from django.db.models.functions import Cast, Concat

from appointments.emails import staff_emails
from appointments.models import Appointment, Provider, Status
from appointments.scheduling import opening_hours
from core.database import database_time
from core.mail.models import OutgoingEmail

SEVEN, NOON = time(7), time(12)
TAKES_PLACE = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)


def write_daily_digests() -> int:
    """Write the counts that are due to the outbox. Returns how many. Safe to run twice."""
    now = database_time.now()
    names = Provider.objects.exclude(email="").order_by().values_list("time_zone", flat=True)
    return sum(_write(ZoneInfo(name), now) for name in names.distinct())


def _write(zone: ZoneInfo, now: datetime) -> int:
    local = now.astimezone(zone)
    if not SEVEN <= local.time() < NOON:
        return 0
    day, written = local.date(), 0
    for provider, email, visits, first in _counts(zone, day):
        written += staff_emails.daily_digest(
            provider,
            email,
            day,
            visits=visits,
            first=first.astimezone(zone),
            not_after=_instant(day, NOON, zone),
        )
    return written


def _counts(zone: ZoneInfo, day: date) -> Any:
    """Provider, address, number of visits and the first one's start, where nobody wrote it yet."""
    key = Concat(
        Value(staff_emails.DAILY_DIGEST_KEY),
        Cast(OuterRef("provider"), CharField()),
        Value(f":{day}"),
    )
    return (
        Appointment.objects.filter(
            status__in=TAKES_PLACE,
            provider__time_zone=str(zone),
            starts_at__gte=_instant(day, time(0), zone),
            starts_at__lt=_instant(day + timedelta(days=1), time(0), zone),
        )
        .exclude(provider__email="")
        .exclude(Exists(OutgoingEmail.objects.filter(key=key)))
        .order_by()
        .values_list("provider", "provider__email")
        .annotate(Count("pk"), Min("starts_at"))
    )


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(opening_hours.instant(day, clock, zone), UTC)

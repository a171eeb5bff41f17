"""A line of people who wait, for the tests of the waitlist."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import time_machine

from appointments.models import Service, WaitlistEntry, WaitlistOffer
from curednation.mail.models import OutgoingEmail
from tests.factories import make_entry, make_provider, make_service, monday


def at_noon():
    """Noon of a winter's day in Tennessee, today: nobody gets an offer at night."""
    now = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    return time_machine.travel(now, tick=False)


def later(**duration: float):
    return time_machine.travel(datetime.now(UTC) + timedelta(**duration), tick=False)


def full_service(**values) -> Service:
    """A service whose only provider sees people an hour a week, on Monday, and is booked out."""
    service = make_service(
        minutes=60, horizon_days=14, providers=[make_provider(hours="")], **values
    )
    open_hours(service, "10:00-11:00")
    return service


def open_hours(service: Service, hours: str) -> None:
    """One more stretch of open time, on that Monday only."""
    from tests.factories import make_extra_hours

    make_extra_hours(service.providers.get(), monday().date(), hours=hours)


def line_of(service: Service, count: int = 3, **values) -> list[WaitlistEntry]:
    """That many who wait, the first in front."""
    joined = datetime.now(UTC) - timedelta(days=1)
    return [
        make_entry(service=service, created=joined + timedelta(minutes=nth), **values)
        for nth in range(count)
    ]


def offered_to(entries: Iterable[WaitlistEntry]) -> list[bool]:
    asked = set(WaitlistOffer.objects.values_list("entry", flat=True))
    return [entry.pk in asked for entry in entries]


def mails_to(entry: WaitlistEntry) -> list[str]:
    mails = OutgoingEmail.objects.filter(to=entry.email).order_by("pk")
    return list(mails.values_list("template", flat=True))

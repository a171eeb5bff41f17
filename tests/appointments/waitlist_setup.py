"""A clinic that is booked out and a line of people who wait, for the tests of the waitlist."""

from datetime import UTC, datetime, timedelta

import time_machine

from appointments.booking import visits
from appointments.models import Appointment, Service, WaitlistEntry, WaitlistOffer
from core.mail.models import OutgoingEmail
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_extra_hours,
    make_provider,
    make_service,
    monday,
)


def at_noon(**later: float) -> time_machine.travel:
    """Noon of today in Tennessee, or so much later. At night nobody gets an offer."""
    noon = at(datetime.now(UTC).date(), "12:00")
    return time_machine.travel(noon + timedelta(**later), tick=False)


def open_hours(service: Service, hours: str, *, weeks: int = 1) -> None:
    """Open time of its provider on that Monday, and on no other day."""
    provider = service.providers.get()
    make_extra_hours(provider, monday(weeks=weeks).date(), hours=hours)


def booked_out(**values) -> tuple[Service, Appointment]:
    """A service of an hour, open from ten to eleven next Monday, and the visit that fills it."""
    provider = make_provider(hours="")
    service = make_service(minutes=60, step=60, providers=[provider], **values)
    open_hours(service, "10:00-11:00")
    return service, make_appointment(service=service, starts_at=monday("10:00"))


def waiting_entries(service: Service, count: int = 3, **values) -> list[WaitlistEntry]:
    """That many who wait, the first in front."""
    joined = datetime.now(UTC) - timedelta(days=2)
    return [
        make_entry(service=service, **{"created": joined + timedelta(minutes=nth)} | values)
        for nth in range(count)
    ]


def cancel_visit(visit: Appointment) -> None:
    """Its patient cancels."""
    visits.cancel(visit, by="staff: test")


def offered_to() -> list[str]:
    """Whom a time is offered to now, by their addresses, who came first in front."""
    offers = WaitlistOffer.objects.filter(status="open").order_by("entry__created", "entry")
    return list(offers.values_list("entry__email", flat=True))


def emails(entries: list[WaitlistEntry]) -> list[str]:
    return [entry.email for entry in entries]


def mails_to(entry: WaitlistEntry) -> list[str]:
    """The templates of all e-mails to that address, the first in front."""
    mails = OutgoingEmail.objects.filter(to=entry.email).order_by("pk")
    return list(mails.values_list("template", flat=True))

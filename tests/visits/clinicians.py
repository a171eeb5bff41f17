"""A clinician with a visit of now, and how they reach its parts."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment
from core.staff.models import User
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_provider, make_service
from visits import summaries


def clinician() -> User:
    return make_staff("clinician")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def visit_of(user: User, *, minutes: int = -5, **values: Any) -> Appointment:
    """A visit by video of this clinician that began five minutes ago."""
    provider = make_provider(account=user, video_room="", states=("TN",), email=user.email)
    service = values.pop("service", None) or make_service(providers=[provider], audience="anyone")
    starts_at = timezone.now().replace(microsecond=0) + timedelta(minutes=minutes)
    return make_appointment(provider=provider, service=service, starts_at=starts_at, **values)


def room(appointment: Appointment, part: str = "room") -> str:
    return reverse(f"admin:visits_{part}", args=[appointment.pk])


def first_minute(**values: Any) -> dict[str, str]:
    """What is typed into the card of the first minute."""
    return {
        "state": "TN",
        "address": "12 Canary Lane, Franklin",
        "callback_number": "(615) 555-0117",
        "emergency_contact": "Ann, sister, (615) 555-0118",
        "identity": "seen",
        "free_to_talk": "yes",
    } | values


def make_summary(appointment: Appointment, **said: str) -> None:
    """Let the patient read what was said to them after this visit."""
    typed = summaries.typed(said)
    summaries.share(appointment, typed, saves=0, by=clinician())

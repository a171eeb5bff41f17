"""Mails to staff that no change of a visit owes: a link to the admin, and no name."""

from datetime import date, datetime

from django.urls import reverse

from appointments.models import PrivacyRequest
from appointments.scheduling import time_zones
from core.database import database_time
from core.mail import outbox
from core.practice.models import Practice
from core.signed_links import absolute_url
from core.staff.models import User

DAILY_DIGEST_KEY = "provider-daily-digest:"


def daily_digest(
    provider_id: int, email: str, day: date, *, visits: int, first: datetime, not_after: datetime
) -> bool:
    """How many visits the day has, `first` on the provider's clock. False if it was said before."""
    path = reverse("admin:appointments_appointment_changelist")
    written = outbox.enqueue(
        "provider_daily_digest",
        key=f"{DAILY_DIGEST_KEY}{provider_id}:{day}",
        to=email,
        not_after=not_after,
        visits=visits,
        first=first,
        zone=time_zones.words(str(first.tzinfo)),
        link=absolute_url(f"{path}?day=today&provider__id__exact={provider_id}"),
    )
    return written is not None


def privacy_request_alone(asked: PrivacyRequest, by: User, when: datetime) -> None:
    """Say at once, to who asked and to the clinic, that one person alone can confirm it later."""
    practice = Practice.current()
    for address in dict.fromkeys(filter(None, (by.email, practice.email))):
        outbox.enqueue(
            "privacy_request_alone",
            key=f"privacy-request:{asked.pk}:{address}",
            to=address,
            about=f"privacy-request:{asked.pk}",
            when=when.astimezone(practice.zone),
            zone=time_zones.words(practice.time_zone),
            link=absolute_url(reverse("admin:to_do")),
        )


def booking_paused() -> None:
    """Patients have booked as much within an hour as the rules allow: one mail each, once a day."""
    deciding = User.objects.whose_role_may("appointments.change_clinicrules")
    today = database_time.now().date()
    for pk, email in deciding.order_by("pk").values_list("pk", "email"):
        outbox.enqueue(
            "booking_paused",
            key=f"booking-rests:{today}:{pk}",
            to=email,
            about="booking-rests",
            link=absolute_url(reverse("admin:index")),
        )

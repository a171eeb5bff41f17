"""Mails to staff that no change of a visit owes: a link to the admin, and no name."""

from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.urls import reverse

from appointments.scheduling import time_zones
from core.database import database_time
from core.mail import outbox
from core.signed_links import absolute_url

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


def booking_paused() -> None:
    """Patients have booked as much within an hour as the rules allow: one mail each, once a day."""
    deciding = get_user_model().objects.filter(
        is_active=True,
        is_staff=True,
        groups__permissions__codename="change_clinicrules",
        groups__permissions__content_type__app_label="appointments",
    )
    today = database_time.now().date()
    for pk, email in deciding.order_by("pk").distinct().values_list("pk", "email"):
        outbox.enqueue(
            "booking_paused",
            key=f"booking-rests:{today}:{pk}",
            to=email,
            about="booking-rests",
            link=absolute_url(reverse("admin:index")),
        )

"""Mails to whoever may change the clinic's rules: what happens, and a link. No name. PRIVACY 5."""

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from core.mail import outbox
from core.signed_links import absolute_url


def booking_paused() -> None:
    """Patients have booked as much within an hour as the rules allow: one mail each, once a day."""
    deciding = get_user_model().objects.filter(
        is_active=True,
        is_staff=True,
        groups__permissions__codename="change_clinicrules",
        groups__permissions__content_type__app_label="appointments",
    )
    today = timezone.now().date()
    for pk, email in deciding.order_by("pk").distinct().values_list("pk", "email"):
        outbox.enqueue(
            "booking_paused",
            key=f"booking-rests:{today}:{pk}",
            to=email,
            about="booking-rests",
            link=absolute_url(reverse("admin:index")),
        )

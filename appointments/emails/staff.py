"""Mails to staff: a link to the admin, to providers a time on their own clock, and no name."""

from datetime import date, datetime, timedelta

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from appointments.calendars import feeds
from appointments.emails.patients import delay_of_change
from appointments.models import Appointment, Provider
from appointments.scheduling import time_zones
from core.mail import outbox
from core.signed_links import absolute_url

DAILY_DIGEST_KEY = "provider-daily-digest:"


def booked(appointment: Appointment) -> None:
    _tell("provider_new", appointment, appointment.sequence, first=True)


def moved(appointment: Appointment, was: Appointment) -> None:
    """One provider learns the new time; of two, one loses the visit and the other gets it."""
    if was.provider_id == appointment.provider_id:
        before = was.starts_at.astimezone(appointment.provider.zone)
        _tell("provider_moved", appointment, appointment.sequence, before=before)
        return
    feeds.visit_left(was.provider)
    _tell("provider_cancelled", was, appointment.sequence)
    _tell("provider_new", appointment, appointment.sequence)


def cancelled(appointment: Appointment) -> None:
    _tell("provider_cancelled", appointment, appointment.sequence)


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


def _tell(
    template: str,
    appointment: Appointment,
    sequence: int,
    *,
    first: bool = False,
    before: datetime | None = None,
) -> None:
    """Nothing is written for a provider without an address, or when the visit is over anyway.

    What is not the first word about a visit may wait a little for the next one, and then does not
    say how it stood `before`: the provider may never have heard of that.
    """
    provider: Provider = appointment.provider
    if not provider.email:
        return
    about = f"provider:{provider.pk}:appointment:{appointment.pk}"
    wait = timedelta(0) if first else delay_of_change(about, appointment)
    outbox.enqueue(
        template,
        key=f"{template.replace('_', '-')}:{appointment.pk}:{provider.pk}:{sequence}",
        to=provider.email,
        about=about,
        overtakes=True,
        wait=wait,
        not_after=appointment.ends_at,
        starts=appointment.starts_at.astimezone(provider.zone),
        zone=time_zones.words(provider.time_zone),
        link=absolute_url(reverse("admin:appointments_appointment_change", args=[appointment.pk])),
        before=None if wait else before,
    )


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

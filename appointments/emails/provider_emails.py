"""The mails to providers about their visits: a time on their own clock and a link, and no name."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from appointments.emails import change_delay
from appointments.models import Appointment, Provider
from appointments.scheduling import time_zones
from core.languages.speaking import speaking
from core.mail import outbox
from core.signed_links import absolute_url


def tell(
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
    wait = timedelta(0)
    if not first:
        wait = outbox.delay(about=about, **change_delay.bounds(appointment))
    with speaking(settings.LANGUAGE_CODE):  # a patient may have asked for it on a page in another
        zone = time_zones.words(provider.time_zone)
    outbox.enqueue(
        template,
        key=f"{template.replace('_', '-')}:{appointment.pk}:{provider.pk}:{sequence}",
        to=provider.email,
        about=about,
        overtakes=True,
        wait=wait,
        not_after=appointment.ends_at,
        starts=appointment.starts_at.astimezone(provider.zone),
        zone=zone,
        link=absolute_url(reverse("admin:appointments_appointment_change", args=[appointment.pk])),
        before=None if wait else before,
    )

"""What Celery runs for the texts. Arguments are ids; each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from core import sms
from core.outbox import recovery
from core.outbox.rows import LEASE_SECONDS
from core.sms import delivery, short_links
from core.sms.models import OutgoingText


# The limits end a provider that trickles bytes for ever, well before the lease runs out.
@shared_task(soft_time_limit=LEASE_SECONDS // 2, time_limit=LEASE_SECONDS * 3 // 4)
def deliver(text_id: int) -> None:
    delivery.deliver(text_id)


@shared_task
def sweep() -> None:
    """Find what a dead broker or a killed worker left behind, and what has waited for the morning.

    Every 30 seconds.
    """
    if sms.is_configured():
        delivery.release_abandoned()
        recovery.hand_over_overdue(OutgoingText.objects.all())


@shared_task
def purge() -> None:
    """Empty what is older than `MAIL_BODY_DAYS`, and forget links that have ended. Every night."""
    delivery.purge(timedelta(days=settings.MAIL_BODY_DAYS))
    short_links.purge()

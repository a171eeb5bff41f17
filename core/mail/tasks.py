"""What Celery runs for the outbox. Arguments are ids; each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from core import broker
from core.mail import delivery, outbox_hold
from core.mail.models import TASK, OutgoingEmail
from core.outbox import recovery
from core.outbox.rows import LEASE_SECONDS


# The limits end a server that trickles bytes for ever, well before the lease runs out.
@shared_task(
    soft_time_limit=LEASE_SECONDS // 2,
    time_limit=LEASE_SECONDS * 3 // 4,
)
def deliver(email_id: int) -> None:
    delivery.deliver(email_id)


@shared_task
def probe() -> None:
    """Try one e-mail of a held outbox: whether the mail server takes mail from us again."""
    if outbox_hold.current() is not None:
        pk = outbox_hold.next_probe()
        if pk is not None:
            broker.publish(TASK, pk)


@shared_task
def sweep() -> None:
    """Find what a dead broker or a killed worker left behind. Every 30 seconds; after a hold."""
    delivery.release_abandoned()
    if outbox_hold.current() is not None:
        probe()
        return
    recovery.hand_over_overdue(OutgoingEmail.objects.all())


@shared_task
def purge() -> None:
    """Empty what is older than `MAIL_BODY_DAYS`. Every night."""
    delivery.purge(timedelta(days=settings.MAIL_BODY_DAYS))

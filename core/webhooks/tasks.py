"""What Celery runs for webhooks. Arguments are ids; each task may run twice."""

from celery import shared_task

from core import broker
from core.database import database_time
from core.webhooks import delivery
from core.webhooks.models import TASK


# A turn takes 30 seconds at most: these end what trickles for ever, well before the lease.
@shared_task(soft_time_limit=60, time_limit=75)
def deliver(endpoint_id: int) -> None:
    """Tell one endpoint what is due."""
    delivery.deliver(endpoint_id)


@shared_task
def sweep() -> None:
    """Find what waits for its next attempt, and what a dead broker forgot. Every minute."""
    for pk in delivery.endpoints_with_due(database_time.now()):
        if not broker.publish(TASK, pk, expires=50):
            break


@shared_task
def purge() -> None:
    """Delete what is settled and old. Every night."""
    delivery.purge()

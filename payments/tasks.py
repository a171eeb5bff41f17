"""What Celery runs for payments. Arguments are ids; each task may run twice."""

from contextlib import suppress

from celery import shared_task

from core.database import database_time
from payments.collection import reconciliation, stripe_events
from payments.models import StripeEvent
from payments.stripe_client import NotConfigured, Rejected, StripeAway


# A request to Stripe ends after 15 seconds at most.
@shared_task(soft_time_limit=60, time_limit=75)
def settle_event(pk: int) -> None:
    """Ask Stripe of what one webhook was about."""
    event = StripeEvent.objects.filter(pk=pk, settled_at=None).first()
    if event:
        with suppress(StripeAway, Rejected, NotConfigured):
            stripe_events.settle(event)


@shared_task(soft_time_limit=300, time_limit=330)
def reconcile() -> None:
    """Ask Stripe of all whose end is not known. Every minute."""
    reconciliation.reconcile()


@shared_task(soft_time_limit=120, time_limit=150)
def hear_missed() -> None:
    """Ask Stripe what happened there. Every half an hour."""
    reconciliation.hear_missed()


@shared_task
def purge() -> None:
    """Delete old events. Every night."""
    stripe_events.purge(database_time.now())

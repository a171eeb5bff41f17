"""What Celery runs for the API. Safe to run twice."""

from celery import shared_task

from core.api import idempotency


@shared_task
def purge() -> None:
    """Forget what was asked for days ago. Every night."""
    idempotency.purge()

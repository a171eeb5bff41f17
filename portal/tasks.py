"""What Celery runs for the patient portal. Each task may run twice."""

from celery import shared_task

from core.database import database_time
from portal import retention


@shared_task
def purge() -> None:
    """Delete what has had its time: codes, devices, accounts of nobody. Every hour."""
    retention.forget(database_time.now())

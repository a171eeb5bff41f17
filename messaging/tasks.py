"""What Celery runs for messages. Each task may run twice."""

from celery import shared_task

from core.database import database_time
from messaging import drafts


@shared_task
def purge_drafts() -> None:
    """Delete what was begun long ago and never sent. Every night."""
    drafts.purge(database_time.now())

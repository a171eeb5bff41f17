"""What Celery runs for contact requests. Each task may run twice."""

from celery import shared_task

from contact import emails, workflow
from core.database import database_time


@shared_task
def email_front_desk() -> None:
    """Write to the front desk that somebody waits for an answer. Every minute."""
    emails.email_front_desk(database_time.now())


@shared_task
def purge() -> None:
    """Delete contact requests that have had their time. Every night."""
    workflow.purge(database_time.now())

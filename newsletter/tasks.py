"""What Celery runs for the newsletter. Arguments are ids; each task may run twice.

Sending has a queue of its own, so that a deployment can give it workers of its own.
"""

import os
import socket

from celery import shared_task
from django.conf import settings

from newsletter.bounces import mailbox
from newsletter.delivery import dispatch, recovery, sending
from newsletter.issues import retention, workflow
from newsletter.models import Issue
from newsletter.subscription import erasure
from newsletter.transfer import uploads

TIME_SLICE = 20  # seconds: then other tasks of this worker have their turn


@shared_task
def send_issue(issue_id: int) -> None:
    """Send for TIME_SLICE seconds, and publish the next task where more can be sent right away."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if not workflow.freeze(issue_id):
        return
    if sending.send_batches(issue_id, worker=worker, seconds=TIME_SLICE):
        dispatch.dispatch_next(issue_id)


@shared_task(acks_late=True)
def read_list_upload(upload_id: int) -> None:
    """Try or import a list that staff uploaded."""
    uploads.read(upload_id)


@shared_task
def sweep() -> None:
    """Start what is due, resume what paused by itself, finish what a worker left.

    Every 30 seconds: what a broker forgot goes on within a minute.
    """
    recovery.finish_abandoned()
    workflow.start_due()
    workflow.retry_due()
    for pk in Issue.objects.running().values_list("pk", flat=True):
        if not workflow.finish(pk):
            dispatch.dispatch_on_commit(pk)
    uploads.sweep()


@shared_task(soft_time_limit=240, time_limit=280)
def read_bounces() -> None:
    """Read the reports in the mailbox for bounces, where there is one. Every five minutes."""
    if settings.NEWSLETTER_BOUNCE_MAILBOX:
        mailbox.read_mailbox(settings.NEWSLETTER_BOUNCE_MAILBOX)


@shared_task
def erase_expired() -> None:
    """Erase what names a reader and has been kept long enough. Every night."""
    erasure.empty_old_confirmations()
    erasure.erase_old_addresses()
    retention.delete_old_deliveries()
    uploads.erase_expired()

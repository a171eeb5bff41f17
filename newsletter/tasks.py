"""What Celery runs for the newsletter. Arguments are ids; each task may run twice.

Sending has a queue of its own, so that a deployment can give it workers of its own.
"""

import os
import socket

from celery import shared_task
from django.conf import settings

from newsletter import subscription
from newsletter.bounces import mailbox
from newsletter.delivery import dispatch, recovery, sending
from newsletter.issues import retention, workflow
from newsletter.models import Issue

SLICE = 20  # seconds: then other tasks of this worker have their turn


@shared_task
def send(issue_id: int) -> None:
    """Send for a while, and hand over to the next where something is left to do now."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if workflow.freeze(issue_id) and sending.work(issue_id, worker=worker, seconds=SLICE):
        dispatch.tell_next(issue_id)


@shared_task
def sweep() -> None:
    """Start what is due, wake what rested, and find what died. Every minute."""
    recovery.release_dead()
    workflow.start_due()
    workflow.wake_rested()
    for pk in Issue.objects.running().values_list("pk", flat=True):
        if not workflow.complete(pk):
            dispatch.tell_workers(pk)


@shared_task(soft_time_limit=240, time_limit=280)
def read_returns() -> None:
    """Look into the mailbox for mail that came back, where there is one. Every five minutes."""
    if settings.NEWSLETTER_RETURNS_MAILBOX:
        mailbox.take_in(settings.NEWSLETTER_RETURNS_MAILBOX)


@shared_task
def forget() -> None:
    """Erase what names a reader and has had its time. Every night."""
    subscription.forget_old_confirmations()
    subscription.forget_who_left()
    retention.forget_old_issues()

"""What Celery runs for the newsletter's issues. Arguments are ids; each task may run twice.

They go to a queue of their own, so that a deployment can give them workers of their own.
"""

import os
import socket

from celery import shared_task

from newsletter import campaigns, handover
from newsletter.delivery import recovery, sending
from newsletter.models import Issue

SLICE = 20  # seconds: then other tasks of this worker have their turn


@shared_task
def send(issue_id: int) -> None:
    """Send for a while, and hand over to the next where something is left to do now."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if campaigns.freeze(issue_id) and sending.work(issue_id, worker=worker, seconds=SLICE):
        handover.publish(issue_id)


@shared_task
def sweep() -> None:
    """Start what is due, wake what rested, and find what died. Every minute."""
    recovery.release_dead()
    campaigns.start_due()
    campaigns.wake_rested()
    for pk in Issue.objects.running().values_list("pk", flat=True):
        if not campaigns.complete(pk):
            handover.tell_workers(pk)

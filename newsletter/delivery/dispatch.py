"""Telling workers that an issue waits to be sent. The sweep tells them, too, so nothing is lost."""

from core import broker

WORKERS = 2  # send one issue at a time: one waits for the server while the other writes
# By its name: the task stands on top of all that sends, and what is below must not import it.
TASK = "newsletter.tasks.send_issue"


def dispatch_on_commit(issue: int) -> None:
    """Publish one task for each worker that may send at a time, once the transaction commits."""
    for _ in range(WORKERS):
        broker.publish_on_commit(TASK, issue)


def dispatch_next(issue: int) -> None:
    """Publish one task now, for the worker that takes over from this one. Never raises."""
    broker.publish(TASK, issue)

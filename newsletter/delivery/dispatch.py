"""Telling workers that an issue has something to send. The sweep finds what they were not told."""

from core import broker

SEND = "newsletter.tasks.send"
WORKERS = 2  # send one issue at a time: one waits for the server while the other writes


def tell_workers(issue: int) -> None:
    """Publish, once the transaction has committed, a task for each worker that may send at a time.

    Never raises.
    """
    for _ in range(WORKERS):
        broker.publish_on_commit(SEND, issue)


def tell_next(issue: int) -> None:
    """Publish one task now: for the worker that takes over from this one. Never raises."""
    broker.publish(SEND, issue)

"""Tasks given to the workers through the broker, without the caller failing or waiting for it.

What is published here is work that stands in the database as well: a task that runs every minute
finds what the broker was not told, or lost.
"""

from typing import Any

from celery import current_app
from django.db import transaction

from core.circuit_breaker import CircuitBreaker

breaker = CircuitBreaker("broker")


def publish(
    task: str,
    *args: Any,
    expires: float | None = None,
    delay: float | None = None,
    queue: str | None = None,
) -> bool:
    """Ask for one run of the task of this full name; return whether the broker has been told.

    Never raises. A broker that is dead or hangs costs a process its time-out, a second, once in 15
    seconds. A run that has not begun after `expires` seconds is dropped; none begins before
    `delay` seconds have passed.
    """
    sent = breaker.attempt(
        lambda: current_app.send_task(task, args, expires=expires, countdown=delay, queue=queue)
    )
    return sent is not None


def queue_length(task: str) -> int:
    """Return how many tasks wait in the queue of this one; 0 where the broker does not say.

    Never raises, and costs no more than a call of `publish`.
    """
    return breaker.attempt(lambda: _queue_length(task)) or 0


def _queue_length(task: str) -> int:
    queue = current_app.amqp.router.route({}, task)["queue"]
    with current_app.connection_for_write() as connection:
        try:
            with connection.channel() as channel:
                return int(queue.bind(channel).queue_declare(passive=True)[1])
        except connection.channel_errors:  # nobody has made this queue yet, or it is empty
            return 0


def publish_on_commit(task: str, *args: Any, expires: float | None = None) -> None:
    """Do the same once the transaction has committed, and not at all if it is rolled back."""
    # A lambda: with robust=True Django 5.2 cannot name a failing partial (#36487).
    transaction.on_commit(lambda: publish(task, *args, expires=expires), robust=True)

"""Word that a time may have become free, for the waitlist to look at once and not in a minute."""

import logging

from celery import current_app
from django.core.cache import cache
from django.db import transaction

from core.circuit_breaker import Breaker

log = logging.getLogger(__name__)
broker = Breaker(rest=15)

TASK = "appointments.tasks.offer_freed_times"
ONCE_IN = 10  # seconds: many visits cancelled in one go are one word


def look_soon() -> None:
    """After the commit. Never raises: what is lost here the minute's run finds."""
    transaction.on_commit(lambda: _hand_over(), robust=True)


def _hand_over() -> None:
    if not broker.ready():
        return
    try:
        if cache.add("waitlist-told", True, ONCE_IN):
            current_app.send_task(TASK, expires=50)
    except Exception as error:  # the visit is cancelled: nothing here may reach who did it
        broker.failed()
        log.warning("the waitlist looks later: %s", type(error).__name__)
    else:
        broker.succeeded()

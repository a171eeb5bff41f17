"""Telling workers that there is something to send. It never raises: the sweep tells them, too."""

import logging

from django.db import transaction

from core.circuit_breaker import Breaker

log = logging.getLogger(__name__)
broker = Breaker(rest=15)
WORKERS = 2  # send one issue at a time: one waits for the server while the other writes


def tell_workers(issue: int) -> None:
    """Once the transaction has committed: one task for each worker that may send at a time."""
    transaction.on_commit(lambda: publish(issue, WORKERS))


def publish(issue: int, times: int = 1) -> bool:
    from newsletter.tasks import send

    if not broker.ready():
        return False
    try:
        for _ in range(times):
            send.delay(issue)
    except Exception as error:  # the rows wait in the database
        broker.failed()
        log.warning("issue %s waits for the sweep: %s", issue, type(error).__name__)
        return False
    broker.succeeded()
    return True

"""What Celery runs for the outbox. Arguments are ids; each task may run twice."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings

from core.circuit_breaker import Breaker
from core.mail import delivery
from core.mail.models import LEASE_SECONDS

log = logging.getLogger(__name__)
broker = Breaker(rest=15)


# The limits end a server that trickles bytes for ever, well before the lease runs out.
@shared_task(
    soft_time_limit=LEASE_SECONDS // 2,
    time_limit=LEASE_SECONDS * 3 // 4,
)
def deliver(email_id: int) -> None:
    delivery.deliver(email_id)


@shared_task
def sweep() -> None:
    """Find what a dead broker or a killed worker left behind. Every minute."""
    delivery.release_abandoned()
    pks = delivery.take_overdue()
    for done, pk in enumerate(pks):
        if not hand_over(pk):
            delivery.give_back(pks[done:])
            break


@shared_task
def purge() -> None:
    """Empty what is older than `MAIL_BODY_DAYS`. Every night."""
    delivery.purge(timedelta(days=settings.MAIL_BODY_DAYS))


def hand_over(email_id: int) -> bool:
    """Tell a worker about a waiting e-mail; False when the broker cannot be told.

    Never raises. A broker that hangs costs its time-out (a second) once in 15 seconds; the sweep
    finds what was not handed over.
    """
    if not broker.ready():
        return False
    try:
        deliver.delay(email_id)
    except Exception as error:  # the e-mail is safe in its row: nothing here may reach the caller
        broker.failed()
        log.warning("e-mail %s waits for the sweep: %s", email_id, type(error).__name__)
        return False
    broker.succeeded()
    return True

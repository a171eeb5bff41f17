"""Telling the waitlist that a time may have become free, to look at once and not in a minute."""

from django.core.cache import cache
from django.db import transaction

from core import broker
from core.circuit_breaker import cache_breaker

TASK = "appointments.tasks.offer_freed_times"
ONCE_IN = 10  # seconds: for many visits cancelled in one go the waitlist looks once


def look_soon() -> None:
    """Start a look at the waitlist after the commit. Never raises: the minute's run looks too."""
    transaction.on_commit(_publish, robust=True)


def _publish() -> None:
    if cache_breaker.attempt(lambda: cache.add("waitlist-told", True, ONCE_IN)) is not False:
        broker.publish(TASK, expires=50)

"""Telling endpoints: one message after the other, each signed, each until it was taken.

One worker at a time has an endpoint, by a lease, and tells it what is due in the order of what
happened. What is refused is tried again, for three days; an endpoint that cannot be reached rests
meanwhile, so that a program that hangs costs the clinic's workers ten seconds now and then. One
that took nothing for three days, or says that it is gone, is given up: `health_checks` tells staff.
"""

import json
import logging
import random
import time
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce

from core import broker
from core.database import database_time
from core.web import client
from core.webhooks import secret_box, signing
from core.webhooks.models import TASK, DeliveryStatus, WebhookDelivery, WebhookEndpoint
from core.webhooks.secret_box import Unreadable

log = logging.getLogger(__name__)
SECONDS = 10.0  # that one attempt may take
TURN_SECONDS = 20.0  # after which an endpoint's turn ends, with what is left for the next
LEASE = timedelta(seconds=90)  # longer than a turn; after it another worker takes over
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=2)
LONGEST_REST = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=3)
GONE = 410
AGENT = "curednation-webhooks/1"


class Outcome(NamedTuple):
    """What became of an attempt: what it was answered, and whether anybody was there."""

    took: bool
    answer: str
    reached: bool = True
    is_gone: bool = False


def deliver(pk: int) -> None:
    """Tell one endpoint what is due. Of many runs at once one works; none raises for what is
    said to it."""
    endpoint = _take(pk)
    if endpoint is None:
        return
    try:
        _turn(endpoint)
    finally:
        _give_back(endpoint)
    # Also what was written while the turn ended, for which its own run has found the lease taken.
    if _may_go_on(pk):
        broker.publish(TASK, pk)


def _take(pk: int) -> WebhookEndpoint | None:
    now, ours = database_time.now(), uuid4()
    free = WebhookEndpoint.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now),
        Q(rests_until=None) | Q(rests_until__lte=now),
        pk=pk,
        active=True,
    )
    taken = free.update(lease_until=now + LEASE, leased_by=ours)
    return WebhookEndpoint.objects.get(pk=pk) if taken else None


def _give_back(endpoint: WebhookEndpoint) -> None:
    mine = WebhookEndpoint.objects.filter(pk=endpoint.pk, leased_by=endpoint.leased_by)
    mine.update(lease_until=None, leased_by=None)


def _may_go_on(pk: int) -> bool:
    now = database_time.now()
    awake = Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=now)
    return WebhookDelivery.objects.due(now).filter(awake, endpoint=pk).exists()


def _turn(endpoint: WebhookEndpoint) -> None:
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        due = WebhookDelivery.objects.due(database_time.now()).filter(endpoint=endpoint.pk)
        delivery = due.first()
        if delivery is None:
            return
        outcome = _attempt(endpoint, delivery)
        _settle(delivery, outcome)
        if not _note(endpoint, delivery, outcome):
            return


def _attempt(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Outcome:
    body = json.dumps(delivery.payload, separators=(",", ":"), sort_keys=True).encode()
    try:
        signed = signing.headers(
            *_secrets(endpoint),
            message_id=f"msg_{delivery.message_id.hex}",
            sent_at=int(database_time.now().timestamp()),
            body=body,
        )
        headers = signed | {"Content-Type": "application/json", "User-Agent": AGENT}
        answer = client.post(endpoint.url, body, headers=headers, seconds=SECONDS)
    except Unreadable:
        return Outcome(False, "its secret cannot be read: make a new one", reached=False)
    except client.NotFetched as error:
        return Outcome(False, f"no answer ({error})", reached=False)
    took = 200 <= answer.status < 300  # a redirect is followed by nobody
    return Outcome(took, str(answer.status), is_gone=answer.status == GONE)


def _secrets(endpoint: WebhookEndpoint) -> list[str]:
    """Return what signs now, the former secret too while it is told. Raises Unreadable."""
    renewed = secret_box.renewed(endpoint.secret)
    if renewed != endpoint.secret:
        same = WebhookEndpoint.objects.filter(pk=endpoint.pk, secret=endpoint.secret)
        same.update(secret=renewed)
    found = [secret_box.open_(renewed)]
    until = endpoint.former_until
    if endpoint.former_secret and until and until > database_time.now():
        found.append(secret_box.open_(endpoint.former_secret))
    return found


def _settle(delivery: WebhookDelivery, outcome: Outcome) -> None:
    now, attempts = database_time.now(), delivery.attempts + 1
    changes: dict[str, object] = {"attempts": attempts, "last_answer": outcome.answer[:100]}
    if outcome.took:
        changes |= {"status": DeliveryStatus.DELIVERED, "delivered_at": now, "due_at": None}
    elif delivery.created_at < now - GIVE_UP_AFTER:
        changes |= {"status": DeliveryStatus.FAILED, "due_at": None}
    else:
        changes |= {"due_at": now + retry_delay(attempts)}
    waiting = WebhookDelivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING)
    waiting.update(**changes)


def _note(endpoint: WebhookEndpoint, delivery: WebhookDelivery, outcome: Outcome) -> bool:
    """Write down how it is with the endpoint; return whether its turn goes on."""
    now, rows = database_time.now(), WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if outcome.took:
        rows.filter(failing_since__isnull=False).update(failing_since=None, rests_until=None)
        return True
    log.warning("webhook endpoint %s: %s", endpoint.pk, outcome.answer)
    rows.update(failing_since=Coalesce("failing_since", now))
    if not outcome.reached:
        rows.update(rests_until=now + min(retry_delay(delivery.attempts + 1), LONGEST_REST))
    too_long = rows.filter(failing_since__lte=now - GIVE_UP_AFTER)
    (rows if outcome.is_gone else too_long).update(active=False, disabled_at=now)
    return outcome.reached and not outcome.is_gone


def retry_delay(attempts: int) -> timedelta:
    """Return twice as long after each attempt, up to two hours, and up to a fifth more or less."""
    longest = min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY)
    return longest * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing


def endpoints_with_due(now: datetime) -> list[int]:
    """Return the endpoints that something is due for, of which nobody may have been told."""
    due = WebhookDelivery.objects.due(now).order_by()
    return list(due.values_list("endpoint", flat=True).distinct())


def purge() -> int:
    """Delete what was written WEBHOOK_DAYS ago; how many there were.

    What waits still is of an endpoint that was given up: others are tried for three days.
    """
    since = database_time.now() - timedelta(days=settings.WEBHOOK_DAYS)
    deleted, _by_model = WebhookDelivery.objects.filter(created_at__lt=since).delete()
    return deleted

"""What is owed to endpoints: written with the change, in its transaction. Asks no other program."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from core import broker
from core.database import database_time
from core.webhooks import secret_box, signing
from core.webhooks.models import (
    TASK,
    TEST_EVENT,
    DeliveryStatus,
    WebhookDelivery,
    WebhookEndpoint,
)

FORMER_SIGNS_FOR = timedelta(days=1)


def publish(event: str, data: Mapping[str, Any]) -> None:
    """Owe every endpoint that wants to be told of `event` a message, in the caller's transaction.

    `data` is JSON and names no person. Never raises for the sake of a broker or an endpoint.
    """
    _write(list(WebhookEndpoint.objects.told_of(event)), event, data)


def publish_test(endpoint: WebhookEndpoint) -> None:
    """Owe this endpoint a message that tells of nothing."""
    _write([endpoint], TEST_EVENT, {})


def _write(endpoints: list[WebhookEndpoint], event: str, data: Mapping[str, Any]) -> None:
    if not endpoints:
        return
    now, message_id = database_time.now(), uuid4()
    payload = {"type": event, "timestamp": now.isoformat(timespec="seconds"), "data": dict(data)}
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            message_id=message_id,
            event=event,
            payload=payload,
            due_at=now,
            created_at=now,
        )
        for endpoint in endpoints
    )
    for endpoint in endpoints:
        broker.publish_on_commit(TASK, endpoint.pk)


def send_again(delivery: WebhookDelivery) -> bool:
    """Try it again from the first attempt; False for one that waits anyhow.

    Also what was delivered, as the same message: a receiver that has it knows its id.
    """
    settled = WebhookDelivery.objects.settled().filter(pk=delivery.pk)
    changed = settled.update(
        status=DeliveryStatus.WAITING,
        attempts=0,
        due_at=database_time.now(),
        created_at=database_time.now(),
        delivered_at=None,
    )
    if changed:
        broker.publish_on_commit(TASK, delivery.endpoint_id)
    return bool(changed)


def new_secret(endpoint: WebhookEndpoint) -> str:
    """Give the endpoint another secret and return it: it cannot be read again.

    The former signs beside it for a day, so that the receiver can be changed meanwhile.
    """
    text = signing.secret_of(secrets.token_bytes(signing.BYTES))
    endpoint.former_secret, endpoint.secret = endpoint.secret, secret_box.close(text)
    endpoint.former_until = database_time.now() + FORMER_SIGNS_FOR
    if endpoint.pk:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            secret=endpoint.secret,
            former_secret=endpoint.former_secret,
            former_until=endpoint.former_until,
        )
    return text


def switch_on(endpoint: WebhookEndpoint) -> None:
    """Tell it again, what waits at once. It has failed never."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        active=True, disabled_at=None, failing_since=None, rests_until=None
    )
    broker.publish_on_commit(TASK, endpoint.pk)

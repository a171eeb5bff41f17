"""Endpoints for tests: plain functions, valid by default."""

from typing import Any

from core.webhooks import outbox
from core.webhooks.models import EventType, WebhookEndpoint

HOST = "ehr.example"


def make_endpoint(**values: Any) -> WebhookEndpoint:
    """An endpoint that is told of everything; `told` is its secret as the receiver knows it."""
    values = {"name": "Our EHR", "url": f"https://{HOST}/hook", "events": EventType.values} | values
    endpoint = WebhookEndpoint(**values)
    endpoint.told = outbox.new_secret(endpoint)
    endpoint.former_secret, endpoint.former_until = "", None
    endpoint.save()
    return endpoint

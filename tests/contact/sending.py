"""Sending the two forms of the page Contact as a visitor's browser does, for the tests."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from contact.models import ContactRequest

OURS = {"Sec-Fetch-Site": "same-origin"}
MESSAGE = {
    "name": "Grace Canaryvale",
    "email": "grace@example.org",
    "phone": "",
    "topic": "cost",
    "message": "What does a first visit cost?",
}
CALL = {
    "name": "Grace Canaryvale",
    "phone": "615-555-0117",
    "best_time": "evening",
    "state": "CA",
    "leave_message": "no",
}


def write(*, network: str = "192.0.2.1", headers: dict | None = None, **typed: Any) -> HttpResponse:
    """Send a message."""
    return _send("/contact/message/", MESSAGE | typed, network, headers or OURS)


def ask_for_call(
    *, network: str = "192.0.2.1", headers: dict | None = None, **typed: Any
) -> HttpResponse:
    """Ask for a call."""
    return _send("/contact/call-back/", CALL | typed, network, headers or OURS)


def _send(path: str, typed: dict, network: str, headers: dict) -> HttpResponse:
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=network)
    return client.post(path, typed, headers=headers)


def make_request(*, created_at: datetime | None = None, **values: Any) -> ContactRequest:
    """Return a request that stands on the desk's list."""
    given = {
        "kind": "message",
        "name": "Grace Canaryvale",
        "email": "grace@example.org",
        "topic": "cost",
        "message": "What does a first visit cost?",
        "language": "en",
    }
    return ContactRequest.objects.create(**given | values, created_at=created_at or timezone.now())

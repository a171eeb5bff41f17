"""Rows of the newsletter for tests. People are fictitious."""

from itertools import count
from typing import Any

from django.utils import timezone

from core.people import email_addresses
from newsletter.delivery import message_ids
from newsletter.migrations import _consent_text
from newsletter.models import ConsentText, Delivery, Subscriber, Topic

number = count(1)


def make_consent_text() -> ConsentText:
    """The text that the migration brings, also after a test that emptied all tables."""
    text = _consent_text.TEXT
    return ConsentText.objects.get_or_create(version=1, defaults={"text": text})[0]


def make_topic(**values: Any) -> Topic:
    nth = next(number)
    return Topic.objects.create(**{"name": f"Recovery {nth}", "slug": f"recovery-{nth}"} | values)


def make_subscriber(*, email: str = "", **values: Any) -> Subscriber:
    """Somebody who confirmed a moment ago and gets the letters, unless told otherwise."""
    make_consent_text()
    email = email or f"reader{next(number)}@example.org"
    given = {
        "email": email_addresses.normalized(email),
        "address_hash": email_addresses.keyed_hash(email),
        "status": Subscriber.Status.ACTIVE,
        "joined_at": timezone.now(),
    } | values
    if given["status"] == Subscriber.Status.ERASED:
        given["email"] = ""
    return Subscriber.objects.create(**given)


def letter_to(subscriber: Subscriber, *, issue: int = 1) -> str:
    """The Message-ID of a letter that was sent to them."""
    sent = {"domain": "example.org", "status": "sent", "due_at": timezone.now()}
    row, _new = Delivery.objects.get_or_create(issue_id=issue, subscriber=subscriber, defaults=sent)
    return message_ids.make(issue, row.pk, "example.org")

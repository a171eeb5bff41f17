"""Everything that is kept about one subscriber, to be handed to them."""

import json
from collections.abc import Iterator
from typing import Any

from core import spreadsheets
from core.exported_values import iso
from newsletter.models import Confirmation, Consent, Subscriber


def collect(subscriber: Subscriber) -> dict[str, Any]:
    """Return it as plain values, times in UTC.

    Without our keys: they would open their pages to whoever finds the file.
    """
    return {
        "e-mail": subscriber.email,
        "status": subscriber.get_status_display(),
        "language": subscriber.language,
        "topics": [topic.name for topic in subscriber.topics.all()],
        "first asked": iso(subscriber.created_at),
        "joined": iso(subscriber.joined_at),
        "left": iso(subscriber.left_at),
        "pauses until": iso(subscriber.paused_until),
        "consents": [_consent(each) for each in _consents(subscriber)],
        "links to confirm": [_confirmation(each) for each in _confirmations(subscriber)],
        "reports about issues": [
            {
                "when": iso(event.at),
                "what": event.get_kind_display(),
                "issue": event.issue or None,
                "reason": event.why,
            }
            for event in subscriber.events.order_by("pk")
        ],
    }


def _consents(subscriber: Subscriber) -> Any:
    return subscriber.consents.select_related("text", "origin").order_by("pk")


def _consent(consent: Consent) -> dict[str, Any]:
    origin = getattr(consent, "origin", None)
    return {
        "when": iso(consent.at),
        "what": consent.get_kind_display(),
        "asked": "unknown" if consent.asked_is_unknown else iso(consent.asked_at),
        "text": consent.text.text if consent.text else "",
        "page": consent.page,
        "how": consent.how,
        "issue": consent.issue or None,
        "e-mail": origin.email if origin else "",
        "network": origin.network if origin else "",
    }


def _confirmations(subscriber: Subscriber) -> Any:
    return Confirmation.objects.filter(address_hash=subscriber.address_hash).order_by("pk")


def _confirmation(found: Confirmation) -> dict[str, Any]:
    return {
        "asked": iso(found.asked_at),
        "page": found.page,
        "e-mail": found.email,
        "network": found.network,
        "expires": iso(found.expires_at),
        "confirmed": iso(found.confirmed_at),
    }


def as_json(record: dict[str, Any]) -> str:
    """Return it as JSON, indented."""
    return json.dumps(record, indent=2, ensure_ascii=False)


def as_csv(record: dict[str, Any]) -> str:
    """Return one row for each value: what it belongs to, its name, the value."""
    return spreadsheets.table(_rows(record))


def _rows(record: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield "part", "name", "value"
    for name, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, part in enumerate(value, 1):
                yield from ((f"{name} {number}", each, part[each]) for each in part)
        else:
            yield "", name, ", ".join(value) if isinstance(value, list) else value

"""Writing down consents: one row for each thing that is agreed to or taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.models import Consent, Origin, Subscriber


def record(
    subscriber: Subscriber, kind: str, *, email: str = "", network: str = "", **details: Any
) -> Consent:
    """Write one consent for the subscriber's address, with what was given of the others."""
    consent = Consent.objects.create(
        subscriber=subscriber, kind=kind, address_hash=subscriber.address_hash, **details
    )
    if email or network:
        Origin.objects.create(consent=consent, email=email, network=network)
    return consent


def record_all(
    subscribers: Sequence[Subscriber], kind: str, *, how: str, issues: Mapping[int, int]
) -> None:
    """Write the same consent for each of them; `issues` is by the subscriber's primary key."""
    Consent.objects.bulk_create(
        [
            Consent(
                subscriber=each,
                kind=kind,
                address_hash=each.address_hash,
                how=how,
                issue=issues[each.pk],
            )
            for each in subscribers
        ],
        batch_size=1000,
    )

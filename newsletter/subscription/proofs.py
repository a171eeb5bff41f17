"""One row for each thing that is agreed to or taken back."""

from newsletter.models import Consent, Origin, Subscriber


def record(
    subscriber: Subscriber, kind: str, *, email: str = "", network: str = "", **details
) -> Consent:
    """Write it down for the subscriber's address; `email` and `network` where they were given."""
    consent = Consent.objects.create(
        subscriber=subscriber, kind=kind, address_hash=subscriber.address_hash, **details
    )
    if email or network:
        Origin.objects.create(consent=consent, email=email, network=network)
    return consent

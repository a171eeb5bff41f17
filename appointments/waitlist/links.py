"""The private link to a place on the waitlist, in every mail about it. Derived, not stored."""

from django.urls import reverse

from appointments.models import WaitlistEntry
from core.signed_links import LinkSigner, absolute_url

SIGNER = LinkSigner("appointments.waitlist")


def token(entry: WaitlistEntry) -> str:
    """Return the token of every link to this place."""
    return SIGNER.sign(entry.key)


def is_ours(text: str) -> bool:
    """Say whether it was a link of ours once, also when its place is deleted by now."""
    return SIGNER.read(text) is not None


def find(text: str) -> WaitlistEntry | None:
    """Return the place behind a token; None if the token is not ours or the place is deleted."""
    key = SIGNER.read(text)
    entries = WaitlistEntry.objects.select_related("service", "provider", "appointment")
    return entries.filter(key=key).first() if key else None


def page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    """Return the path of the place's page, or of one of its steps."""
    return reverse(f"appointments:{name}", args=[token(entry)])


def absolute(entry: WaitlistEntry) -> str:
    """Return the link for a mail."""
    return absolute_url(page(entry))

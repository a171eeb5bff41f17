"""Links to one subscriber's pages. Derived, not stored: any mail can carry them.

The subscriber's own 128 random bits, the issue the link stood in, and a signature for one
purpose. They are signed with NEWSLETTER_KEYS, a ring apart from SECRET_KEY: the first signs, each
verifies, so that a link to leave works for years, whatever happens to the rest of the site.
"""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from core.signed_links import LinkSigner, absolute_url

PAYLOAD = r"[A-Za-z0-9_-]{16,32}-\d{1,12}"
SIGNERS = {
    purpose: LinkSigner(
        f"newsletter.{purpose}", payload=PAYLOAD, keys=lambda: settings.NEWSLETTER_KEYS
    )
    for purpose in ("unsubscribe", "preferences")
}
PATTERN = SIGNERS["unsubscribe"].pattern


class LinkToken(NamedTuple):
    """What a token says: the subscriber's key, and the issue it stood in (0: another e-mail)."""

    key: str
    issue: int


def token(purpose: str, key: str, issue: int = 0) -> str:
    """Sign one subscriber's `key` for a purpose: `unsubscribe` or `preferences`."""
    return SIGNERS[purpose].sign(f"{key}-{issue}")


def read(purpose: str, text: str) -> LinkToken | None:
    """Return what a token for this purpose says; None if it is not ours."""
    payload = SIGNERS[purpose].read(text)
    if payload is None:
        return None
    key, _, issue = payload.rpartition("-")
    return LinkToken(key, int(issue))


def unsubscribe_url(key: str, issue: int = 0) -> str:
    """Return the absolute link to leave. It never expires."""
    return absolute_url(unsubscribe_path(key, issue))


def unsubscribe_path(key: str, issue: int = 0) -> str:
    """Return the same as a path, for pages of this site."""
    return reverse("newsletter:unsubscribe", args=[token("unsubscribe", key, issue)])


def preferences_url(key: str, issue: int = 0) -> str:
    """Return the absolute link to choose topics, pause, change the address, or leave."""
    return absolute_url(preferences_path(key, issue))


def preferences_path(key: str, issue: int = 0) -> str:
    """Return the same as a path, for pages of this site."""
    return reverse("newsletter:preferences", args=[token("preferences", key, issue)])


def home_url() -> str:
    """Return the absolute link to the newsletter's own page, for everybody."""
    return absolute_url(reverse("newsletter:home"))

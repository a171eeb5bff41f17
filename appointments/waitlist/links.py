"""The private links to a place on the waitlist, in mails and texts about it. Derived, not stored.

A texted one went to the number that was typed: it proves no address, so its page shows that place
and nothing else of whose it is.
"""

from datetime import timedelta

from django.urls import reverse

from appointments.models import WaitlistEntry, WaitlistOffer
from core.languages.speaking import speaking
from core.signed_links import LinkSigner, absolute_url
from core.sms import short_links

SIGNER = LinkSigner("appointments.waitlist")
TEXTED = LinkSigner("appointments.waitlist.texted")
SHORT = "waitlist"  # the purpose of the short links in texts
VALID_AFTER_OFFER = timedelta(days=1)


def token(entry: WaitlistEntry) -> str:
    """Return the token of every link to this place."""
    return SIGNER.sign(entry.key)


def is_ours(text: str) -> bool:
    """Say whether it was a link of ours once, also when its place is deleted by now."""
    return SIGNER.read(text) is not None or was_texted(text)


def was_texted(text: str) -> bool:
    """Say whether the link stood in a text."""
    return TEXTED.read(text) is not None


def find(text: str) -> WaitlistEntry | None:
    """Return the place behind a token; None if the token is not ours or the place is deleted."""
    key = SIGNER.read(text) or TEXTED.read(text)
    entries = WaitlistEntry.objects.select_related("service", "provider", "appointment")
    return entries.filter(key=key).first() if key else None


def page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    """Return the path of the place's page, or of one of its steps."""
    return reverse(f"appointments:{name}", args=[token(entry)])


def same_page(entry: WaitlistEntry, reached_by: str) -> str:
    """Return the place's page for who came by this token: no text leads on to what a mail shows."""
    return _texted_page(entry) if was_texted(reached_by) else page(entry)


def _texted_page(entry: WaitlistEntry) -> str:
    return reverse("appointments:waitlist", args=[TEXTED.sign(entry.key)])


def absolute(entry: WaitlistEntry) -> str:
    """Return the link for a mail."""
    return absolute_url(page(entry))


def for_text(offer: WaitlistOffer) -> str:
    """Return a new short link for a text about an offer."""
    return short_links.make(SHORT, offer.entry_id, expires_at=offer.until + VALID_AFTER_OFFER)


def _of_short_link(pk: str) -> str | None:
    """Return the page of the place, in its own language."""
    entry = WaitlistEntry.objects.filter(pk=pk).first()
    if entry is None:
        return None
    with speaking(entry.language):
        return _texted_page(entry)


short_links.register(SHORT, _of_short_link)

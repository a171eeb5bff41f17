"""The private links to a place on the waitlist, in mails and texts about it. Derived, not stored.

A texted one went to the number that was typed: it proves no address, so its page shows that place
and nothing else of whose it is, and it ends when the number is corrected.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse

from appointments import links as visit_links
from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from core.languages.speaking import speaking
from core.people import email_addresses
from core.signed_links import LinkSigner, absolute_url
from core.sms import short_links, texted_key

SIGNER = LinkSigner("appointments.waitlist")
TEXTED = LinkSigner("appointments.waitlist.texted")
SHORT = "waitlist"  # the purpose of the short links in texts
VALID_AFTER_OFFER = timedelta(days=1)


@dataclass(frozen=True)
class PlaceLink(ABC):
    """A place as somebody reached it: by the private link, or, by an app above, signed in."""

    entry: WaitlistEntry

    frame = "quiet.html"  # the template around its pages
    by_address = True  # whether their address alone opens them, so that it must not be handed on

    @property
    @abstractmethod
    def proves_address(self) -> bool:
        """Whether more is shown than that place: visits, others, and what is asked by mail."""

    @abstractmethod
    def page(self, name: str = "waitlist", *rest: str) -> str:
        """Return the path of the place's page, or of one of its steps, reached in the same way."""

    @abstractmethod
    def page_of_visit(self, visit: Appointment) -> str:
        """Return the path of a visit's page; empty where that may not be seen from here."""

    @abstractmethod
    def page_of_booked(self, visit: Appointment) -> str:
        """Return where whoever has just taken an offered time goes on."""

    @abstractmethod
    def page_of(self, other: WaitlistEntry) -> str:
        """Return the path of another place's page; empty where that may not be seen from here."""


@dataclass(frozen=True)
class PrivatePlaceLink(PlaceLink):
    """One reached by the link in a mail: whoever has it reads the mail of the place's address.

    Or by one in a text, which proves a number alone.
    """

    texted: bool = False

    @property
    def proves_address(self) -> bool:
        return not self.texted

    def page(self, name: str = "waitlist", *rest: str) -> str:
        return (_texted_page if self.texted else page)(self.entry, name)

    def page_of_visit(self, visit: Appointment) -> str:
        return visit_links.page(visit) if self._has_address(visit.email) else ""

    def page_of_booked(self, visit: Appointment) -> str:
        return visit_links.handed_page(visit)

    def page_of(self, other: WaitlistEntry) -> str:
        return page(other) if self._has_address(other.email) else ""

    def _has_address(self, email: str) -> bool:
        same = email_addresses.normalized(email) == email_addresses.normalized(self.entry.email)
        return same and self.proves_address


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
    texted = TEXTED.read(text)
    if texted:
        return _find_texted(texted)
    key = SIGNER.read(text)
    return _places().filter(key=key).first() if key else None


def _find_texted(texted: str) -> WaitlistEntry | None:
    """Return the place, while its number is the one that the text went to."""
    key, number = texted_key.split(texted)
    entry = _places().filter(key=key).first()
    return entry if entry and texted_key.is_of(number, entry.phone) else None


def _places() -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.select_related("service", "provider", "appointment")


def page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    """Return the path of the place's page, or of one of its steps."""
    return reverse(f"appointments:{name}", args=[token(entry)])


def _texted_page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    return reverse(f"appointments:{name}", args=[TEXTED.sign(_texted_key(entry))])


def _texted_key(entry: WaitlistEntry) -> str:
    return texted_key.join(entry.key, entry.phone)


def absolute(entry: WaitlistEntry) -> str:
    """Return the link for a mail."""
    return absolute_url(page(entry))


def for_text(offer: WaitlistOffer) -> str:
    """Return a new short link for a text about an offer."""
    return short_links.make(
        SHORT, _texted_key(offer.entry), expires_at=offer.until + VALID_AFTER_OFFER
    )


def _of_short_link(texted: str) -> str | None:
    """Return the page of the place, in its own language."""
    entry = _find_texted(texted)
    if entry is None:
        return None
    with speaking(entry.language):
        return _texted_page(entry)


short_links.register(SHORT, _of_short_link)

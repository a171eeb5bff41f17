"""The private links to one appointment. Derived, not stored: any later mail can carry one.

The appointment's own 128 random bits, with a signature for one purpose and one way it was given:

- mailed links went through the mailbox of the visit's address. They end a month after the visit, or
  later where the clinic lets patients read for longer what was agreed.
- texted links went to the phone number that was typed for the visit. They show that one visit, let
  it be moved, and lead into its room; they prove no address, and end a day after the visit, or when
  its number is corrected.
- handed links were given to the browser that booked. They prove nothing about the address that was
  typed there, show that one visit and nothing else, and end an hour after its time was taken.

A corrected e-mail address gives the appointment other bits: what was mailed or handed out before
leads nowhere (`was_replaced`).

See `core.signed_links` for purposes and for the rotation of keys.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.urls import reverse

from appointments.models import Appointment, FormerKey
from core.database import database_time
from core.languages.speaking import speaking
from core.people import email_addresses
from core.practice.models import Practice
from core.signed_links import LinkSigner, absolute_url
from core.sms import short_links, texted_key

VALID_AFTER_VISIT = timedelta(days=31)
SHORT = "visit"  # the purpose of the short links in texts
TEXTED_VALID_AFTER_VISIT = timedelta(days=1)
# What becomes of a visit that waits because its address has many is not shown meanwhile: it would
# tell that the address is known here. See `views.appointment.shown_status`.
HANDED_FOR = timedelta(hours=1)


class Purpose(StrEnum):
    """What a token opens, and nothing else."""

    VISIT = "visit"
    CONFIRM = "confirm"
    CALENDAR = "calendar"
    DONE = "done"


# Of pages that are not named here, those of other apps among them, it is VISIT.
PURPOSES = {"confirm": Purpose.CONFIRM, "calendar": Purpose.CALENDAR, "done": Purpose.DONE}
MAILED = {
    purpose: LinkSigner(f"appointments.{purpose}")
    for purpose in (Purpose.VISIT, Purpose.CONFIRM, Purpose.CALENDAR)
}
TEXTED = {
    purpose: LinkSigner(f"appointments.{purpose}.texted")
    for purpose in (Purpose.VISIT, Purpose.CALENDAR)
}
HANDED = {
    purpose: LinkSigner(f"appointments.{purpose}.handed")
    for purpose in (Purpose.VISIT, Purpose.CALENDAR, Purpose.DONE)
}
PATTERN = MAILED[Purpose.VISIT].pattern


@dataclass(frozen=True)
class VisitLink(ABC):
    """An appointment as somebody reached it: by a private link, or, by an app above, signed in.

    The pages are the same for all. What they may show, and where the others are, this says.
    """

    appointment: Appointment

    frame = "quiet.html"  # the template around its pages
    by_address = True  # whether their address alone opens them, so that it must not be handed on

    @property
    @abstractmethod
    def proved(self) -> bool:
        """Whether it was shown that they may see the visit, and change it."""

    @property
    @abstractmethod
    def may_come_in(self) -> bool:
        """Whether they may come to the visit: it was shown that they were booked for."""

    @property
    @abstractmethod
    def acts_for_patient(self) -> bool:
        """Whether they are the patient, or stand for them: they read and give the answers."""

    @property
    @abstractmethod
    def proves_address(self) -> bool:
        """Whether it was shown that they read the mail of the visit's address."""

    @property
    @abstractmethod
    def has_ended(self) -> bool:
        """Whether nothing is shown any more."""

    @abstractmethod
    def page(self, name: str = "visit", *rest: str) -> str:
        """Return the path of another of its pages, reached in the same way.

        `name` is one of this app's, or of another's as in "visits:form"; `rest` is what follows.
        """

    @property
    @abstractmethod
    def page_to_book_again(self) -> str:
        """The path on which they book another visit of the kind."""

    @abstractmethod
    def page_of(self, other: Appointment) -> str:
        """Return the path of another visit's page; empty where that may not be seen from here."""

    @abstractmethod
    def shown_beside(self, upcoming: Iterable[Appointment]) -> Iterable[Appointment]:
        """Return which of the visits of the same address are listed on its page."""


@dataclass(frozen=True)
class PrivateLink(VisitLink):
    """One reached by a link that was mailed or texted, or handed to a browser."""

    token: str
    mailed: bool
    texted: bool = False

    @property
    def may_come_in(self) -> bool:
        return self.mailed or self.texted

    @property
    def proved(self) -> bool:
        return self.mailed

    @property
    def acts_for_patient(self) -> bool:
        return self.mailed

    @property
    def proves_address(self) -> bool:
        return self.mailed

    @property
    def has_ended(self) -> bool:
        """Whether the visit is long past, or the handed link is old."""
        now = database_time.now()
        too_old = not self.may_come_in and self.appointment.created < now - HANDED_FOR
        return too_old or self._is_long_past(now) or self.appointment.erased_at is not None

    def _is_long_past(self, now: datetime) -> bool:
        since = now - self.appointment.ends_at
        if self.texted:
            return since > TEXTED_VALID_AFTER_VISIT
        if since <= VALID_AFTER_VISIT:
            return False
        return since > timedelta(days=Practice.current().after_visit_days)

    def page(self, name: str = "visit", *rest: str) -> str:
        """Return the path of another of its pages, by a link of the same kind."""
        if self.texted:
            return texted_page(self.appointment, name, *rest)
        reach = page if self.mailed else handed_page
        return reach(self.appointment, name, *rest)

    @property
    def page_to_book_again(self) -> str:
        visit = self.appointment
        return reverse("appointments:choose_time", args=[visit.place, visit.service.slug])

    def page_of(self, other: Appointment) -> str:
        """Return its mailed link, for whoever reads that very address; empty for another's."""
        addresses = {email_addresses.normalized(v.email) for v in (self.appointment, other)}
        return page(other) if self.mailed and len(addresses) == 1 else ""

    def shown_beside(self, upcoming: Iterable[Appointment]) -> Iterable[Appointment]:
        return upcoming if self.mailed else []


def token(appointment: Appointment, purpose: Purpose = Purpose.VISIT) -> str:
    """Return the token of a mailed link. Raises ValueError for what no mail may open."""
    if purpose not in MAILED:
        raise ValueError(f"No mail carries a link for {purpose}")
    return MAILED[purpose].sign(appointment.key)


def find(text: str, purpose: Purpose) -> PrivateLink | None:
    """Return the visit behind a token that was made for `purpose`; None if it is not ours.

    Its appointment comes with provider, service and patient.
    """
    ways = ((kind, _read(kind, purpose, text)) for kind in (MAILED, TEXTED, HANDED))
    kind, key = next(((kind, key) for kind, key in ways if key is not None), (HANDED, None))
    if key is None:
        return None
    texted = kind is TEXTED
    key, number = texted_key.split(key) if texted else (key, "")
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    appointment = visits.select_related("provider", "service", "patient").filter(key=key).first()
    if appointment is None or (texted and not texted_key.is_of(number, appointment.phone)):
        return None
    return PrivateLink(appointment, text, mailed=kind is MAILED, texted=texted)


def was_replaced(text: str, purpose: Purpose) -> bool:
    """Whether it was a link of that purpose to a visit whose address has been corrected since."""
    keys = [key for key in (_read(kind, purpose, text) for kind in (MAILED, HANDED)) if key]
    if texted := _read(TEXTED, purpose, text):
        keys.append(texted_key.split(texted)[0])
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def page(appointment: Appointment, name: str = "visit", *rest: str) -> str:
    """Return the path of the patient's own page, or of one of its steps, as mails link to it.

    `name` is one of this app's, or of another's as in "visits:form"; `rest` is what follows.
    """
    return _address(name, token(appointment, PURPOSES.get(name, Purpose.VISIT)), rest)


def handed_page(appointment: Appointment, name: str = "done", *rest: str) -> str:
    """Return the same for the browser that booked, for an hour."""
    purpose = PURPOSES.get(name, Purpose.VISIT)
    if purpose not in HANDED:
        raise ValueError(f"No browser is handed a link for {purpose}")
    return _address(name, HANDED[purpose].sign(appointment.key), rest)


def _address(name: str, token: str, rest: tuple[str, ...]) -> str:
    name = name if ":" in name else f"appointments:{name}"
    return reverse(name, args=[token, *rest])


def texted_page(appointment: Appointment, name: str = "visit", *rest: str) -> str:
    """Return the same for who reads the texts at the visit's phone number."""
    purpose = PURPOSES.get(name, Purpose.VISIT)
    if purpose not in TEXTED:
        raise ValueError(f"No text carries a link for {purpose}")
    return _address(name, TEXTED[purpose].sign(key_in_texts(appointment)), rest)


def key_in_texts(appointment: Appointment) -> str:
    """Return what stands in links in texts: the visit, for as long as this is its number."""
    return texted_key.join(appointment.key, appointment.phone)


def for_text(appointment: Appointment) -> str:
    """Return a new short link for a text: it leads to the visit's page."""
    ends = appointment.ends_at + TEXTED_VALID_AFTER_VISIT
    return short_links.make(SHORT, key_in_texts(appointment), expires_at=ends)


def of_texted_key(texted: str) -> Appointment | None:
    """Return the visit that a text's link is of; None once its number is another."""
    key, number = texted_key.split(texted)
    visit = Appointment.objects.exclude(patient=None).filter(key=key).first()
    return visit if visit and texted_key.is_of(number, visit.phone) else None


def _of_short_link(texted: str) -> str | None:
    """Return the page of the visit, in its own language."""
    visit = of_texted_key(texted)
    if visit is None:
        return None
    with speaking(visit.language):
        return texted_page(visit)


short_links.register(SHORT, _of_short_link)


def absolute(appointment: Appointment, name: str = "visit") -> str:
    """Return the link for a mail."""
    return absolute_url(page(appointment, name))


def _read(kind: dict[Purpose, LinkSigner], purpose: Purpose, text: str) -> str | None:
    """Return the appointment's key, where a link of that kind has that purpose and it is one."""
    return kind[purpose].read(text) if purpose in kind else None

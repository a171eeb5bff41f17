"""The private links to one appointment. Derived, not stored: any later mail can carry one.

The appointment's own 128 random bits, with a signature for one purpose and one way it was given:

- mailed links went through the mailbox of the visit's address. They end a month after the visit.
- texted links went to the phone number that was typed for the visit. They show that one visit, let
  it be moved, and lead into its room; they prove no address, and end a day after the visit.
- handed links were given to the browser that booked. They prove nothing about the address that was
  typed there, show that one visit and nothing else, and end an hour after its time was taken.

A corrected e-mail address gives the appointment other bits: what was mailed or handed out before
leads nowhere (`was_replaced`).

See `core.signed_links` for purposes and for the rotation of keys.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.urls import reverse

from appointments.models import Appointment, FormerKey
from core.database import database_time
from core.languages.speaking import speaking
from core.signed_links import LinkSigner, absolute_url
from core.sms import short_links

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


PURPOSES = {
    "visit": Purpose.VISIT,
    "reschedule": Purpose.VISIT,
    "reschedule_fragment": Purpose.VISIT,
    "cancel": Purpose.VISIT,
    "visit_waitlist_entry": Purpose.VISIT,
    "confirm": Purpose.CONFIRM,
    "calendar": Purpose.CALENDAR,
    "done": Purpose.DONE,
}
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
class VisitLink:
    """An appointment as somebody reached it: by a link that was mailed, texted or handed over."""

    appointment: Appointment
    token: str
    mailed: bool
    texted: bool = False

    @property
    def was_sent(self) -> bool:
        """Whether it went to who was booked for, and not only to the browser that booked."""
        return self.mailed or self.texted

    @property
    def has_ended(self) -> bool:
        """Whether nothing is shown any more: the visit is long past, or the handed link is old."""
        now = database_time.now()
        too_old = not self.was_sent and self.appointment.created < now - HANDED_FOR
        valid = TEXTED_VALID_AFTER_VISIT if self.texted else VALID_AFTER_VISIT
        long_past = self.appointment.ends_at < now - valid
        return too_old or long_past or self.appointment.erased_at is not None

    def page(self, name: str = "visit") -> str:
        """Return the path of another of its pages, by a link of the same kind."""
        if self.texted:
            return texted_page(self.appointment, name)
        return page(self.appointment, name) if self.mailed else handed_page(self.appointment, name)


def token(appointment: Appointment, purpose: Purpose = Purpose.VISIT) -> str:
    """Return the token of a mailed link. Raises ValueError for what no mail may open."""
    if purpose not in MAILED:
        raise ValueError(f"No mail carries a link for {purpose}")
    return MAILED[purpose].sign(appointment.key)


def find(text: str, purpose: Purpose) -> VisitLink | None:
    """Return the visit behind a token that was made for `purpose`; None if it is not ours.

    Its appointment comes with provider, service and patient.
    """
    ways = ((kind, _read(kind, purpose, text)) for kind in (MAILED, TEXTED, HANDED))
    kind, key = next(((kind, key) for kind, key in ways if key is not None), (HANDED, None))
    if key is None:
        return None
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    appointment = visits.select_related("provider", "service", "patient").filter(key=key).first()
    if appointment is None:
        return None
    return VisitLink(appointment, text, mailed=kind is MAILED, texted=kind is TEXTED)


def was_replaced(text: str, purpose: Purpose) -> bool:
    """Whether it was a link of that purpose to a visit whose address has been corrected since."""
    kinds = (MAILED, TEXTED, HANDED)
    keys = [key for key in (_read(kind, purpose, text) for kind in kinds) if key]
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def page(appointment: Appointment, name: str = "visit") -> str:
    """Return the path of the patient's own page, or of one of its steps, as mails link to it."""
    return reverse(f"appointments:{name}", args=[token(appointment, PURPOSES[name])])


def handed_page(appointment: Appointment, name: str = "done") -> str:
    """Return the same for the browser that booked, for an hour."""
    purpose = PURPOSES[name]
    if purpose not in HANDED:
        raise ValueError(f"No browser is handed a link for {purpose}")
    return reverse(f"appointments:{name}", args=[HANDED[purpose].sign(appointment.key)])


def texted_page(appointment: Appointment, name: str = "visit") -> str:
    """Return the same for who reads the texts at the visit's phone number."""
    purpose = PURPOSES[name]
    if purpose not in TEXTED:
        raise ValueError(f"No text carries a link for {purpose}")
    return reverse(f"appointments:{name}", args=[TEXTED[purpose].sign(appointment.key)])


def for_text(appointment: Appointment) -> str:
    """Return a new short link for a text: it leads to the visit's page."""
    ends = appointment.ends_at + TEXTED_VALID_AFTER_VISIT
    return short_links.make(SHORT, appointment.pk, expires_at=ends)


def _of_short_link(pk: str) -> str | None:
    """Return the page of the visit, in its own language."""
    visit = Appointment.objects.exclude(patient=None).filter(pk=pk).first()
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

"""The private links to one appointment. Derived, not stored: any later mail can carry one.

The appointment's own 128 random bits, with a signature for one purpose and one way it was given:

- mailed links went through the mailbox of the visit's address. They end a month after the visit.
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
from core.signed_links import LinkSigner, absolute_url

VALID_AFTER_VISIT = timedelta(days=31)
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
HANDED = {
    purpose: LinkSigner(f"appointments.{purpose}.handed")
    for purpose in (Purpose.VISIT, Purpose.CALENDAR, Purpose.DONE)
}
PATTERN = MAILED[Purpose.VISIT].pattern


@dataclass(frozen=True)
class VisitLink:
    """An appointment as somebody reached it: by a mailed link, or by one handed to a browser."""

    appointment: Appointment
    token: str
    mailed: bool

    @property
    def has_ended(self) -> bool:
        """Whether nothing is shown any more: the visit is long past, or the handed link is old."""
        now = database_time.now()
        too_old = not self.mailed and self.appointment.created < now - HANDED_FOR
        long_past = self.appointment.ends_at < now - VALID_AFTER_VISIT
        return too_old or long_past or self.appointment.erased_at is not None

    def page(self, name: str = "visit") -> str:
        """Return the path of another of its pages, by a link of the same kind."""
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
    key = _read(MAILED, purpose, text)
    mailed = key is not None
    if key is None:
        key = _read(HANDED, purpose, text)
    if key is None:
        return None
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    appointment = visits.select_related("provider", "service", "patient").filter(key=key).first()
    return VisitLink(appointment, text, mailed) if appointment else None


def was_replaced(text: str, purpose: Purpose) -> bool:
    """Whether it was a link of that purpose to a visit whose address has been corrected since."""
    keys = [key for key in (_read(kind, purpose, text) for kind in (MAILED, HANDED)) if key]
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


def absolute(appointment: Appointment, name: str = "visit") -> str:
    """Return the link for a mail."""
    return absolute_url(page(appointment, name))


def _read(kind: dict[Purpose, LinkSigner], purpose: Purpose, text: str) -> str | None:
    """Return the appointment's key, where a link of that kind has that purpose and it is one."""
    return kind[purpose].read(text) if purpose in kind else None

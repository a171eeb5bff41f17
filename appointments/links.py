"""The private links to one appointment. Derived, not stored: any later mail can carry one.

The appointment's own 128 random bits, with a signature for one purpose and one way it was given:

- mailed links went through the mailbox of the visit's address. They end a month after the visit.
- handed links were given to the browser that booked. They prove nothing about the address that was
  typed there, show that one visit and nothing else, and end an hour after its time was taken.

A corrected e-mail address gives the appointment other bits: what was mailed or handed out before
leads nowhere (`was_replaced`).

A rotated SECRET_KEY stays valid while it is in SECRET_KEY_FALLBACKS.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, FormerKey

VALID_AFTER_VISIT = timedelta(days=31)
# What becomes of a visit that waits because its address has many is not shown meanwhile: it would
# tell that the address is known here. See `views.appointment.shown_status`.
HANDED_FOR = timedelta(hours=1)
PATTERN = r"[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{40,64}"


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
MAILED = {Purpose.VISIT, Purpose.CONFIRM, Purpose.CALENDAR}
HANDED = {Purpose.VISIT, Purpose.CALENDAR, Purpose.DONE}


@dataclass(frozen=True)
class VisitLink:
    """An appointment as somebody reached it: by a mailed link, or by one handed to a browser."""

    appointment: Appointment
    token: str
    mailed: bool

    @property
    def has_ended(self) -> bool:
        """Whether nothing is shown any more: the visit is long past, or the handed link is old."""
        now = timezone.now()
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
    return _mailed(purpose).sign(appointment.key)


def find(text: str, purpose: Purpose) -> VisitLink | None:
    """Return the visit behind a token that was made for `purpose`; None if it is not ours.

    Its appointment comes with provider, service and patient.
    """
    key = _key(text, _mailed(purpose)) if purpose in MAILED else ""
    mailed = bool(key)
    if not key and purpose in HANDED:
        key = _key(text, _handed(purpose))
    if not key:
        return None
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    appointment = visits.select_related("provider", "service", "patient").filter(key=key).first()
    return VisitLink(appointment, text, mailed) if appointment else None


def was_replaced(text: str, purpose: Purpose) -> bool:
    """Whether it was a link of that purpose to a visit whose address has been corrected since."""
    signers = [_mailed(purpose)] * (purpose in MAILED) + [_handed(purpose)] * (purpose in HANDED)
    keys = [key for key in (_key(text, signer) for signer in signers) if key]
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def page(appointment: Appointment, name: str = "visit") -> str:
    """Return the path of the patient's own page, or of one of its steps, as mails link to it."""
    return reverse(f"appointments:{name}", args=[token(appointment, PURPOSES[name])])


def handed_page(appointment: Appointment, name: str = "done") -> str:
    """Return the same for the browser that booked, for an hour."""
    purpose = PURPOSES[name]
    if purpose not in HANDED:
        raise ValueError(f"No browser is handed a link for {purpose}")
    return reverse(f"appointments:{name}", args=[_handed(purpose).sign(appointment.key)])


def absolute(appointment: Appointment, name: str = "visit") -> str:
    """Return the link for a mail."""
    return on_site(page(appointment, name))


def on_site(path: str) -> str:
    """Return a path as a link that works from anywhere."""
    return settings.SITE_URL + path


def _mailed(purpose: Purpose) -> Signer:
    return Signer(sep=".", salt=f"appointments.{purpose}", algorithm="sha256")


def _handed(purpose: Purpose) -> Signer:
    return Signer(sep=".", salt=f"appointments.{purpose}.handed", algorithm="sha256")


def _key(text: str, signer: Signer) -> str:
    """Return the appointment's key; empty if that signer has not signed it."""
    try:
        return signer.unsign(text)
    except BadSignature:
        return ""

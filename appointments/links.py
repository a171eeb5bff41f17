"""The private link to one appointment. Derived, not stored: any later mail can carry it.

The appointment's own 128 random bits with a signature for this one purpose. A rotated SECRET_KEY
stays valid while it is in SECRET_KEY_FALLBACKS. It expires a month after the visit.
"""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment

VALID_AFTER_VISIT = timedelta(days=31)
PATTERN = r"[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{40,64}"


def _signer() -> Signer:
    return Signer(sep=".", salt="appointments.visit", algorithm="sha256")


def token(appointment: Appointment) -> str:
    return _signer().sign(appointment.key)


def find(text: str) -> Appointment | None:
    """The visit behind a token, with provider, service and patient; None if it is not ours."""
    try:
        key = _signer().unsign(text)
    except BadSignature:
        return None
    return (
        Appointment.objects.visits()
        .select_related("provider", "service", "patient")
        .filter(key=key)
        .first()
    )


def has_ended(appointment: Appointment) -> bool:
    """Whether the visit is so long past that its link shows nothing of it any more."""
    return appointment.ends_at < timezone.now() - VALID_AFTER_VISIT


def page(appointment: Appointment, name: str = "visit") -> str:
    """The path of the patient's own page, or of one of its steps."""
    return reverse(f"appointments:{name}", args=[token(appointment)])


def absolute(appointment: Appointment, name: str = "visit") -> str:
    """The link for a mail."""
    return on_site(page(appointment, name))


def on_site(path: str) -> str:
    """A path as a link that works from anywhere."""
    return settings.SITE_URL + path

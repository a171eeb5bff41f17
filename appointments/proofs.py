"""Proof that a returning patient is one: a link mailed to an address that has had a visit here.

Nothing is stored. The token carries a keyed hash of the address, never the address, is signed for
this purpose, and holds for two hours.
"""

from datetime import timedelta

from django.core import signing

from appointments.models import Appointment, Service, Status
from curednation.guard import addresses

SALT = "appointments.proof"
VALID_FOR = timedelta(hours=2)
KNOWN_BY = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED)


def make(email: str) -> str:
    return signing.dumps(addresses.keyed_hash(email), salt=SALT)


def address_hash(token: str | None) -> str | None:
    """The keyed hash of the address that was proved; None for a token that is not ours, or old."""
    try:
        return signing.loads(token or "", salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None


def is_missing(service: Service, token: str | None) -> bool:
    """Whether this service must be proved first, and the token does not do it."""
    return service.proof_required and address_hash(token) is None


def fits(service: Service, token: str | None, email: str) -> bool:
    """Whether a visit of this service may be booked with that address."""
    return not service.proof_required or address_hash(token) == addresses.keyed_hash(email)


def is_known(email: str) -> bool:
    return Appointment.objects.of_address(email).filter(status__in=KNOWN_BY).exists()

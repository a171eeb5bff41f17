"""Proof that whoever books reads an address's mail: a link that was mailed there.

For some services the address must also have had a visit here; the link says whether it had.
Nothing is stored. The token carries a keyed hash of the address, never the address, is signed for
this purpose, and holds for two hours.
"""

from datetime import timedelta

from django.core import signing

from appointments.models import Appointment, Service, Status
from core.people import email_addresses

SALT = "appointments.proof"
VALID_FOR = timedelta(hours=2)
KNOWN_BY = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED)


def make(email: str, *, returning: bool) -> str:
    """The token for a link. `returning`: the address is known to have had a visit here."""
    return signing.dumps([email_addresses.keyed_hash(email), returning], salt=SALT)


def address_hash(token: str | None) -> str | None:
    """The keyed hash of the address that was proved; None for a token that is not ours, or old."""
    return _read(token)[0]


def is_missing(service: Service, token: str | None) -> bool:
    """Whether this service is for those who were here, and the token does not say so."""
    return service.proof_required and not _read(token)[1]


def is_of(token: str | None, email: str) -> bool:
    """Whether the token proves that address."""
    return address_hash(token) == email_addresses.keyed_hash(email)


def fits(service: Service, token: str | None, email: str) -> bool:
    """Whether a visit of this service may be booked with that address."""
    return not service.proof_required or (not is_missing(service, token) and is_of(token, email))


def _read(token: str | None) -> tuple[str | None, bool]:
    """The keyed hash, and whether the address was known."""
    try:
        address, returning = signing.loads(token or "", salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError):
        return None, False
    return address, returning


def is_known(email: str) -> bool:
    return Appointment.objects.of_address(email).filter(status__in=KNOWN_BY).exists()

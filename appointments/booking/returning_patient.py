"""Proof that whoever books reads an address's mail: a link that was mailed there.

For some services the address must also have had a visit here; the link says whether it had.
Nothing is stored. The token carries a keyed hash of the address, never the address, is signed for
this purpose, and holds for two hours.
"""

from datetime import timedelta

from appointments.models import Appointment, Service, Status
from core.people import email_addresses
from core.signed_links import LinkSigner

VALID_FOR = timedelta(hours=2)
KNOWN_BY = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED)
RETURNING, NEW = "returning", "new"
SIGNER = LinkSigner(
    "appointments.proof",
    payload=rf"[0-9a-f]{{64}}-(?:{RETURNING}|{NEW})",
    valid_for=lambda: VALID_FOR,
)


def make(email: str, *, returning: bool) -> str:
    """Return the token for a link. `returning`: the address is known to have had a visit here."""
    return SIGNER.sign(f"{email_addresses.keyed_hash(email)}-{RETURNING if returning else NEW}")


def address_hash(token: str | None) -> str | None:
    """Return the keyed hash of the proved address; None for a token that is not ours, or old."""
    return _read(token)[0]


def is_missing(service: Service, token: str | None) -> bool:
    """Say whether this service is for those who were here, and the token does not say so."""
    return service.proof_required and not _read(token)[1]


def is_of(token: str | None, email: str) -> bool:
    """Say whether the token proves that address."""
    return address_hash(token) == email_addresses.keyed_hash(email)


def fits(service: Service, token: str | None, email: str) -> bool:
    """Say whether a visit of this service may be booked with that address."""
    return not service.proof_required or (not is_missing(service, token) and is_of(token, email))


def _read(token: str | None) -> tuple[str | None, bool]:
    """Return the keyed hash, and whether the address was known."""
    payload = SIGNER.read(token or "")
    if payload is None:
        return None, False
    address, _, kind = payload.partition("-")
    return address, kind == RETURNING


def is_known(email: str) -> bool:
    """Say whether a visit was booked with that address that was not cancelled or missed."""
    return Appointment.objects.of_address(email).filter(status__in=KNOWN_BY).exists()

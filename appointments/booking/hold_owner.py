"""Who holds a slot before we know a name, as it is stored with the hold: a hash, never the bits.

The bits themselves are in a cookie, see `appointments.cookies`.
"""

import hashlib

from appointments.models import Appointment
from core.people import email_addresses

OF_WAITLIST = "waitlist:"  # a hold that was offered by mail


def stored(key: str) -> str:
    """Return what stands on the hold of the browser with these bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def stored_for_address(address_hash: str) -> str:
    """Return what stands on the hold of whoever proved that they read an address's mail."""
    return stored(f"address {address_hash}")


def had_proved(visit: Appointment) -> bool:
    """Return whether whoever took its time had used a link mailed to the visit's address."""
    of_address = stored_for_address(email_addresses.keyed_hash(visit.email))
    return visit.visitor.startswith(OF_WAITLIST) or visit.visitor == of_address

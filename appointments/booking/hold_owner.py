"""Who holds a slot before we know a name: random bits in a cookie, stored hashed with the hold.

And the clock that their browser keeps, in a cookie of its own.
"""

import hashlib
import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from appointments.models import Appointment
from appointments.scheduling import time_zones
from core.people import email_addresses

COOKIE, ZONE_COOKIE = "visitor", "zone"
# A hold lasts twenty minutes at most and stays an hour more for who still types; what it became is
# shown to the browser for an hour.
KEEP_FOR = timedelta(hours=2)
OF_WAITLIST = "waitlist:"  # a hold that was offered by mail


def cookie_name(name: str) -> str:
    """`__Host-` where cookies are secure: no other host or path can set it then."""
    return f"{settings.COOKIE_PREFIX}{name}"


def key_of(request: HttpRequest) -> str | None:
    """The visitor's bits, or None before the first hold."""
    key = request.COOKIES.get(cookie_name(COOKIE), "")
    return key if 16 <= len(key) <= 64 and key.isascii() else None


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone that this browser chose, or else keeps; None before it said so."""
    return time_zones.find(request.COOKIES.get(cookie_name(ZONE_COOKIE)))


def new_key() -> str:
    return secrets.token_urlsafe(24)


def remember(response: HttpResponse, key: str) -> None:
    """Let the browser keep the bits as long as they matter, also when the phone restarts it."""
    set_private_cookie(response, COOKIE, key, max_age=int(KEEP_FOR.total_seconds()))


def set_private_cookie(
    response: HttpResponse, name: str, value: str, *, max_age: int | None = None
) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def stored(key: str) -> str:
    """What stands on the hold."""
    return hashlib.sha256(key.encode()).hexdigest()


def stored_for_address(address_hash: str) -> str:
    """What stands on the hold of whoever proved that they read an address's mail."""
    return stored(f"address {address_hash}")


def had_proved(visit: Appointment) -> bool:
    """Whether whoever took its time had used a link that was mailed to the visit's address."""
    of_address = stored_for_address(email_addresses.keyed_hash(visit.email))
    return visit.visitor.startswith(OF_WAITLIST) or visit.visitor == of_address


def owns(request: HttpRequest, hold: Appointment, *, proof: str | None = None) -> bool:
    """Whether the hold is this browser's, or that of the address that it has proved."""
    key = key_of(request)
    mine = [stored(key)] if key else []
    mine += [stored_for_address(proof)] if proof else []
    return any(secrets.compare_digest(visitor, hold.visitor) for visitor in mine)

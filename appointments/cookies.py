"""The cookies of a patient's browser: random bits that its hold is kept for, and its clock."""

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from appointments.booking import hold_owner
from appointments.models import Appointment
from appointments.scheduling import time_zones

COOKIE, ZONE_COOKIE = "visitor", "zone"
# A hold lasts twenty minutes at most and stays an hour more for who still types; what it became is
# shown to the browser for an hour.
KEEP_FOR = timedelta(hours=2)


def cookie_name(name: str) -> str:
    """Begin it with `__Host-` where cookies are secure: no other host or path can set it then."""
    return f"{settings.COOKIE_PREFIX}{name}"


def key_of(request: HttpRequest) -> str | None:
    """Return the visitor's bits, or None before the first hold."""
    key = request.COOKIES.get(cookie_name(COOKIE), "")
    return key if 16 <= len(key) <= 64 and key.isascii() else None


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone that this browser chose, or else keeps; None before it said so."""
    return time_zones.find(request.COOKIES.get(cookie_name(ZONE_COOKIE)))


def new_key() -> str:
    """Return 192 random bits for a browser without any."""
    return secrets.token_urlsafe(24)


def remember(response: HttpResponse, key: str) -> None:
    """Let the browser keep the bits as long as they matter, also when the phone restarts it."""
    set_private_cookie(response, COOKIE, key, max_age=int(KEEP_FOR.total_seconds()))


def set_private_cookie(
    response: HttpResponse, name: str, value: str, *, max_age: int | None = None
) -> None:
    """Set a cookie that no script and no other site can read; until the browser ends by default."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def owns(request: HttpRequest, hold: Appointment, *, proof: str | None = None) -> bool:
    """Return whether the hold is this browser's, or that of the address that it has proved."""
    key = key_of(request)
    mine = [hold_owner.stored(key)] if key else []
    mine += [hold_owner.stored_for_address(proof)] if proof else []
    return any(secrets.compare_digest(visitor, hold.visitor) for visitor in mine)

"""How a browser is known again: by random bits that it keeps for half a year, and a name for it."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "known"
KEEP_FOR = timedelta(days=180)
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"))
_MORE_BROWSERS = (("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"))
_LAST_BROWSERS = (("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"))
_MORE_SYSTEMS = (("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def cookie_name() -> str:
    """Begin it with `__Host-` where cookies are secure: no other host or path can set it then."""
    return f"{settings.COOKIE_PREFIX}{COOKIE}"


def key_of(request: HttpRequest) -> str | None:
    """Return the bits that this browser keeps; None where it is new here."""
    key = request.COOKIES.get(cookie_name(), "")
    return key if _KEY.fullmatch(key) else None


def key_for(request: HttpRequest) -> str:
    """Return them, new ones where it has none: the same for one request."""
    key = getattr(request, "_browser_key", None) or key_of(request) or secrets.token_urlsafe(24)
    request._browser_key = key  # type: ignore[attr-defined]
    return key


def hash_of(key: str) -> str:
    """Return what the database keeps of them."""
    return hashlib.sha256(key.encode()).hexdigest()


def remember(response: HttpResponse, key: str) -> None:
    """Let the browser keep them. They open nothing: a known browser is asked less, that is all."""
    response.set_cookie(
        cookie_name(),
        key,
        max_age=int(KEEP_FOR.total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def name_of(request: HttpRequest) -> str:
    """Return what its owner knows it by, such as "Chrome, Android"; empty where it says nothing."""
    said = request.headers.get("User-Agent", "")
    found = [
        next((name for sign, name in signs if sign in said), "")
        for signs in (_BROWSERS + _MORE_BROWSERS + _LAST_BROWSERS, _SYSTEMS + _MORE_SYSTEMS)
    ]
    return ", ".join(filter(None, found))

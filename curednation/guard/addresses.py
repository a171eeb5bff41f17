"""E-mail addresses: one spelling to compare by, and a keyed hash to keep in their place."""

import contextlib
import hashlib
import hmac

from django.conf import settings


def normalised(email: str) -> str:
    """The spelling under which two addresses are the same person's: trimmed, without case."""
    local, _, domain = email.strip().rpartition("@")
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()


def keyed_hash(email: str) -> str:
    """64 hex digits that prove an address without holding it. Stable while ADDRESS_KEY is."""
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, normalised(email).encode(), hashlib.sha256).hexdigest()

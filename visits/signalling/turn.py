"""Which servers help two browsers to find a way to each other, with credentials that expire.

coturn knows the same secret (`use-auth-secret`): whoever has a name that lies ahead, and its keyed
hash, may use it until then. Nobody else's server is ever named: asking one discloses a patient.
"""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

from django.conf import settings

VALID_FOR = 6 * 3600  # seconds: a visit is shorter, and no socket is older


def ice_servers() -> list[dict[str, Any]]:
    """Return `iceServers` of an RTCPeerConnection, fresh each time; empty where none is set."""
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": settings.STUN_URLS})
    if settings.TURN_URLS:
        servers.append(relay(settings.TURN_URLS))
    return servers


def relay(urls: str | list[str]) -> dict[str, Any]:
    """Return our relay by one of its addresses, or by several, with fresh credentials."""
    return {"urls": urls} | credentials(settings.TURN_SECRET)


def credentials(secret: str, *, valid_for: int = VALID_FOR) -> dict[str, str]:
    """Return name and password for coturn. The name says only until when, and nobody's name."""
    name = f"{int(time.time()) + valid_for}:{secrets.token_hex(4)}"
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return {"username": name, "credential": base64.b64encode(digest).decode()}

"""What tells whether two environments have the same keys, and tells nothing of the keys."""

import hashlib
import hmac

from django.conf import settings

PURPOSE = b"curednation.backup.keys"


def fingerprints() -> dict[str, list[str]]:
    """Return a hash under each key of this site: keys are random and long, none can be found."""
    rings = {
        "SECRET_KEY": [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS],
        "ADDRESS_KEY": [settings.ADDRESS_KEY],
        "NEWSLETTER_KEYS": list(settings.NEWSLETTER_KEYS),
        "RECORD_KEYS": list(settings.RECORD_KEYS),
    }
    return {name: [_hashed(key) for key in ring] for name, ring in rings.items()}


def missing(then: dict[str, list[str]]) -> list[str]:
    """Return the names of the variables that no longer hold a key that they held then."""
    now = fingerprints()
    return [name for name, ring in then.items() if not set(ring) <= set(now.get(name, ()))]


def _hashed(key: str) -> str:
    return hmac.new(key.encode(), PURPOSE, hashlib.sha256).hexdigest()

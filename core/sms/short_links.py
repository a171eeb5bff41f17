"""The one link that a text carries: short, of its own purpose, ending, stored as a hash.

An app registers a purpose with what its payload opens. Whoever opens the link has read the text,
no more: the page behind it must not trust them with what only the mailbox proves.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from django.urls import reverse

from core.database import database_time
from core.signed_links import absolute_url
from core.sms.models import ShortLink

BYTES = 16  # 128 bits: nobody guesses one
PATTERN = r"[A-Za-z0-9_-]{22}"
AT_ONCE = 2000
_targets: dict[str, Callable[[str], str | None]] = {}


def register(purpose: str, target: Callable[[str], str | None]) -> None:
    """Let links of this purpose lead to the path that `target(payload)` returns; None: nowhere."""
    _targets[purpose] = target


def make(purpose: str, payload: object, *, expires_at: datetime) -> str:
    """Return a new link for a text, as it is written there, in the caller's transaction."""
    if purpose not in _targets:
        raise ValueError(f"Nobody has registered short links for {purpose}")
    key = secrets.token_urlsafe(BYTES)
    ShortLink.objects.create(
        key_hash=_hash(key), purpose=purpose, payload=str(payload), expires_at=expires_at
    )
    return absolute_url(reverse("sms:short_link", args=[key]))


def resolve(key: str) -> str | None:
    """Return the path that this key leads to; None for what never was, or has ended."""
    link = ShortLink.objects.filter(key_hash=_hash(key), expires_at__gt=database_time.now()).first()
    target = _targets.get(link.purpose) if link else None
    return target(link.payload) if link and target else None


def revoke(purpose: str, payload: object) -> None:
    """Let no link of this purpose open this thing any more."""
    ShortLink.objects.filter(purpose=purpose, payload=str(payload)).delete()


def purge() -> int:
    """Forget the links that have ended; return how many."""
    count = 0
    while True:
        ended = ShortLink.objects.filter(expires_at__lte=database_time.now())
        pks = list(ended.values_list("pk", flat=True)[:AT_ONCE])
        if not pks:
            return count
        count += ShortLink.objects.filter(pk__in=pks).delete()[0]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

"""API keys: made, found, revoked. A key is shown once, when it is made, and kept as a hash.

192 random bits: nobody can try them, so a plain SHA-256 is enough, and no key of ours whose
rotation would end them all.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.api.models import ApiKey
from core.database import database_time
from core.staff.models import User

# What scanners for leaked secrets, and people, know it by.
BEGINNING = "cnk_"
SHOWN = len(BEGINNING) + 6
_NOTED_EVERY = timedelta(minutes=1)


def make(
    name: str, scopes: Sequence[str], *, expires_at: datetime | None = None, by: User | None = None
) -> tuple[ApiKey, str]:
    """Return a new key's row, and the key itself, which cannot be read again."""
    key = ApiKey(name=name, scopes=list(scopes), expires_at=expires_at, created_by=by)
    text = fill_in(key)
    key.save()
    return key, text


def fill_in(key: ApiKey) -> str:
    """Give a row that is not saved yet its key, and return that."""
    text = BEGINNING + secrets.token_urlsafe(24)
    key.prefix, key.key_hash = text[:SHOWN], _hash(text)
    return text


def find(text: str) -> ApiKey | None:
    """Return the key that somebody sent; None for an unknown, a revoked and an expired one."""
    if not text.startswith(BEGINNING) or len(text) > 100:
        return None
    return ApiKey.objects.usable(database_time.now()).filter(key_hash=_hash(text)).first()


def note_use(key: ApiKey) -> None:
    """Write down that it was used now, once a minute at most."""
    now = database_time.now()
    if key.last_used_at is None or key.last_used_at < now - _NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def revoke(key: ApiKey) -> bool:
    """End it at once; False if it was revoked before."""
    alive = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    return bool(alive.update(revoked_at=database_time.now()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

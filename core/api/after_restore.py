"""API keys after a restore: what was revoked since the backup stays revoked."""

from collections.abc import Iterable

from core.api.models import ApiKey
from core.database import database_time


def revoked() -> list[int]:
    """Return the keys that were revoked."""
    ended = ApiKey.objects.exclude(revoked_at=None).order_by("pk")
    return list(ended.values_list("pk", flat=True))


def revoke_again(pks: Iterable[int]) -> int:
    """Revoke these; return how many were not."""
    alive = ApiKey.objects.filter(pk__in=list(pks), revoked_at=None)
    return alive.update(revoked_at=database_time.now())

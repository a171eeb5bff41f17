"""Patients' accounts after a restore: what was ended since the backup stays ended."""

from collections.abc import Iterable

from core.database import database_time
from portal.models import AccountPatient, PatientAccount


def ended_accounts() -> list[int]:
    """Return the accounts that were ended."""
    ended = PatientAccount.objects.exclude(ended_at=None).order_by("pk")
    return list(ended.values_list("pk", flat=True))


def ended_links() -> list[int]:
    """Return what accounts see no more, though they and the records are there."""
    ended = AccountPatient.objects.exclude(ended_at=None).order_by("pk")
    return list(ended.values_list("pk", flat=True))


def end_again(accounts: Iterable[int], links: Iterable[int]) -> int:
    """End these; return how many were not."""
    now = database_time.now()
    alive = PatientAccount.objects.filter(pk__in=list(accounts), ended_at=None)
    seen = AccountPatient.objects.filter(pk__in=list(links), ended_at=None)
    return alive.update(ended_at=now) + seen.update(ended_at=now)

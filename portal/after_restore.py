"""Patients' accounts after a restore: what was ended since the backup stays ended.

What was taken away (an address, a passkey, a calendar's address) is not there to be named. So of
each account from which something was taken away since, what was left is kept: a restore takes away
all else. It names nobody: numbers of rows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from core.database import database_time
from portal.models import AccountPatient, Device, PatientAccount
from portal.sign_in import passkeys

LONGEST_COMMIT = timedelta(hours=1)  # a row may be dated so long before anybody can see it
Left = dict[str, Any]


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


def ended_devices(since: datetime) -> list[int]:
    """Return the browsers that were signed out since then."""
    ended = Device.objects.filter(ended_at__gte=since - LONGEST_COMMIT).order_by("pk")
    return list(ended.values_list("pk", flat=True))


def left_since(since: datetime) -> list[Left]:
    """Return what was left to each account from which something was taken away since then."""
    accounts = PatientAccount.objects.filter(removed_at__gte=since - LONGEST_COMMIT)
    return [
        {"account": account.pk} | {name: _pks(rows) for name, rows in _opens(account).items()}
        for account in accounts.order_by("pk")
    ]


def take_away_again(left: Iterable[Left], devices: Iterable[int]) -> int:
    """Take away all else, and sign those browsers out; return how many that were."""
    known = Device.objects.known().filter(pk__in=list(devices))
    count = known.update(ended_at=database_time.now(), session="")
    for each in left:
        account = PatientAccount.objects.filter(pk=each["account"]).first()
        if account is not None:
            for name, rows in _opens(account).items():
                count += rows.exclude(pk__in=each[name]).delete()[0]
    return count


def _opens(account: PatientAccount) -> dict[str, QuerySet[Any]]:
    """Return all that opens a place, but for the browsers, whose rows stay."""
    return {
        "points": account.points.all(),
        "passkeys": passkeys.of(account),
        "calendars": account.calendar_subscriptions.all(),
    }


def _pks(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))

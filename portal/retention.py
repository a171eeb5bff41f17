"""How long accounts, and what lies around them, are kept. docs/retention.md lists the tables."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from portal import kept_accounts
from portal.models import AccessRequest, AccountPatient, Device, PatientAccount, SignInCode

CODES_KEPT_FOR = timedelta(hours=1)


def forget(now: datetime) -> None:
    """Delete codes and requests that are over, devices long unused, and accounts of nobody."""
    SignInCode.objects.filter(ends_at__lt=now - CODES_KEPT_FOR).delete()
    AccessRequest.objects.filter(ends_at__lt=now, accepted=None).delete()
    since = now - timedelta(days=settings.DEVICE_DAYS)
    Device.objects.filter(seen_at__lt=since).delete()
    _forget_empty_accounts(now - timedelta(days=settings.EMPTY_ACCOUNT_DAYS))


def _forget_empty_accounts(before: datetime) -> None:
    """Delete accounts that see no record and were last used before that."""
    used = Device.objects.filter(account=OuterRef("pk"), seen_at__gte=before)
    links = AccountPatient.objects.filter(account=OuterRef("pk"), ended_at=None)
    empty = PatientAccount.objects.filter(~Exists(used), ~Exists(links), created_at__lt=before)
    kept_accounts.delete_accounts(empty.values_list("pk", flat=True))

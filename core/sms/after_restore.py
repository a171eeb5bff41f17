"""Texts after a restore: see `core.outbox.after_restore`; and who said STOP since the backup."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from core.outbox import after_restore
from core.sms.models import OutgoingText, PhoneState, SmsConsent

KEPT = ("key", "template", "about", "reference", "provider", "provider_id")
_TAKEN_BACK = (SmsConsent.Kind.STOPPED, SmsConsent.Kind.WITHDRAWN)


def sent_since(since: datetime) -> list[dict[str, str]]:
    """Return what is to be kept of each text that was sent since then. It names nobody."""
    return after_restore.sent_since(OutgoingText.objects.all(), since, KEPT)


def mark_sent(rows: Iterable[dict[str, str]]) -> int:
    """Let these count as sent; return how many did not before. Safe to run twice."""
    return after_restore.mark_sent(OutgoingText.objects.all(), rows)


def hold_what_waits() -> int:
    """Let staff decide about every text that would go out now; return how many there are."""
    return after_restore.hold_what_waits(OutgoingText.objects.all())


def taken_back_since(since: datetime) -> list[tuple[str, str, str]]:
    """Return who wants no texts any more since then: hash of the number, how, the event's name."""
    rows = SmsConsent.objects.filter(at__gte=since, kind__in=_TAKEN_BACK).order_by("pk")
    return list(rows.values_list("number_hash", "kind", "event"))


def take_back_again(told: Iterable[tuple[str, str, str]]) -> int:
    """Let each of these get no texts; return how many did not know it. Safe to run twice."""
    changed = 0
    for number_hash, kind, event in told:
        newest = SmsConsent.objects.filter(number_hash=number_hash).order_by("-pk").first()
        if newest is None or newest.kind != kind:
            changed += _write(number_hash, kind, event)
        if kind == SmsConsent.Kind.STOPPED:
            PhoneState.objects.update_or_create(
                number_hash=number_hash, defaults={"stopped_at": Now()}
            )
    return changed


def _write(number_hash: str, kind: str, event: str) -> bool:
    try:
        with transaction.atomic():
            SmsConsent.objects.create(number_hash=number_hash, kind=kind, event=event)
    except IntegrityError:  # it was heard before, and taken back by START since
        return False
    return True

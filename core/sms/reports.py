"""What providers report of our texts: taken, delivered, or why not. Safe to be told twice."""

import logging
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.outbox.rows import OutboxStatus
from core.sms import phone_states
from core.sms.models import OutgoingText, PhoneState
from core.sms.providers.base import Outcome, Reason, Report

log = logging.getLogger(__name__)
_ON_ITS_WAY = (OutboxStatus.WAITING, OutboxStatus.SENDING)


@transaction.atomic
def process(report: Report) -> None:
    """Keep what a provider says of one text; one that is none of ours is nothing to us."""
    text = _find(report)
    if text is None:
        return
    _mark_sent(text, report)
    if report.outcome is Outcome.DELIVERED:
        _delivered(text)
    elif report.outcome is Outcome.UNDELIVERED:
        _undelivered(text, report)


def _find(report: Report) -> OutgoingText | None:
    rows = OutgoingText.objects.select_for_update()
    if report.reference:
        return rows.filter(reference=report.reference).first()
    named = rows.filter(provider_id=report.provider_id) if report.provider_id else rows.none()
    return named.first()


def _mark_sent(text: OutgoingText, report: Report) -> None:
    """A text whose answer was lost on the way was taken all the same: it is not sent again."""
    changes: dict[str, Any] = {}
    if report.cost is not None:
        changes["cost"] = report.cost
    if text.status in _ON_ITS_WAY and text.attempts:
        changes |= {
            "status": OutboxStatus.SENT,
            "sent_at": Now(),
            "due_at": None,
            "claimed_by": None,
            "lease_until": None,
            "provider_id": report.provider_id,
            "last_error": "",
        }
        if text.secret:
            changes["text"] = ""
    if changes:
        OutgoingText.objects.filter(pk=text.pk).update(**changes)


def _delivered(text: OutgoingText) -> None:
    new = OutgoingText.objects.filter(pk=text.pk, delivered_at=None)
    new.update(delivered_at=Now(), undelivered_at=None, undelivered_reason="")
    if text.to:
        phone_states.record_delivered(text.to)


def _undelivered(text: OutgoingText, report: Report) -> None:
    """Note why, unless it arrived after all, or nothing of a person may stay in its row."""
    words = "" if text.purged_at else report.words or _("The provider did not say why.")
    new = OutgoingText.objects.filter(pk=text.pk, delivered_at=None, undelivered_at=None)
    if not new.update(undelivered_at=Now(), undelivered_reason=words) or not text.to:
        return
    log.warning("text %s could not be delivered: %s", text.pk, report.reason or "unknown")
    if report.reason is Reason.LANDLINE:
        phone_states.record_unreachable(text.to, PhoneState.Unreachable.LANDLINE)
    elif report.reason is Reason.WRONG_NUMBER:
        phone_states.record_unreachable(text.to, PhoneState.Unreachable.WRONG_NUMBER)
    elif report.reason is Reason.STOPPED:
        phone_states.record_stopped(text.to)

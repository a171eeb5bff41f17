"""What Stripe tells by webhook: heard once, and then asked of Stripe, which knows how it is now."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from core.database import database_time
from payments.collection import card_charges, card_on_file, checkout, refunds, settling
from payments.models import Payment, SavedCard, StripeEvent
from payments.stripe_client import Answer, Rejected, ask, card_of

KINDS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
)
WORKER_TAKES = timedelta(minutes=1)
AGAIN = timedelta(minutes=5)
MOST_TRIES = 50
log = logging.getLogger(__name__)


def hear(event: Answer, *, by_webhook: bool = False) -> StripeEvent | None:
    """Keep that it happened; return the row, and None where it was heard before or is not ours."""
    if event["type"] not in KINDS:
        return None
    now = database_time.now()
    row, is_new = StripeEvent.objects.get_or_create(
        event_id=event["id"][:80],
        defaults={
            "kind": event["type"][:80],
            "object_id": str(event["data"]["object"]["id"])[:80],
            "happened_at": datetime.fromtimestamp(event["created"], UTC),
            "received_at": now,
            "by_webhook": by_webhook,
            "look_at": now + WORKER_TAKES,  # the worker is told at once, see `tasks`
        },
    )
    return row if is_new else None


def settle(event: StripeEvent) -> None:
    """Ask Stripe of what the event is about. Raises StripeAway: then it is asked again later.

    What has been looked at is not looked at again.
    """
    now = database_time.now()
    rows = StripeEvent.objects.filter(pk=event.pk, settled_at=None)
    rows.update(look_at=now + AGAIN, tries=event.tries + 1)
    try:
        if rows.exists():
            _ask_about(event)
    except Rejected:
        if event.tries < MOST_TRIES:
            return
    rows.update(settled_at=database_time.now(), look_at=None)


def _ask_about(event: StripeEvent) -> None:
    subject = event.kind.partition(".")[0]
    if event.kind.startswith("charge.dispute."):
        _dispute(event.object_id)
    elif subject == "checkout":
        _page(event.object_id)
    elif subject == "payment_intent":
        _intent(event.object_id)
    elif subject == "refund":
        refunds.take_any(ask(lambda api: api.refunds.retrieve(event.object_id)))


def _page(session: str) -> None:
    payment = Payment.objects.filter(session_id=session).select_related("charge").first()
    card = SavedCard.objects.filter(session_id=session).select_related("customer").first()
    if payment:
        checkout.look(payment)
    elif card:
        card_on_file.look(card)


def _intent(number: str) -> None:
    """Take an attempt by the number of ours that it carries: we may not have its own yet."""
    expand: Any = {"expand": ["latest_charge"]}
    intent = ask(lambda api: api.payment_intents.retrieve(number, expand))
    uid = str((intent["metadata"] or {}).get("payment", ""))
    rows = Payment.objects.select_related("charge", "card__customer")
    payment = rows.filter(uid=uid).first() if uid else None
    if payment is None:
        if uid:  # as after a restore of an older backup
            log.error("Stripe knows a payment of this site that is not here: %s.", number)
        return
    if payment.method == Payment.Method.SAVED_CARD:
        card_charges.take_intent(payment, intent)
    elif intent["status"] == "succeeded":
        settling.succeed(payment, intent=intent["id"], **card_of(intent))


def _dispute(number: str) -> None:
    dispute = ask(lambda api: api.disputes.retrieve(number))
    number = dispute["payment_intent"] or ""
    payment = Payment.objects.filter(intent_id=number).first() if number else None
    if payment:
        is_over = dispute["status"] in ("won", "warning_closed")
        settling.dispute(payment, is_open=not is_over)


def purge(now: datetime) -> int:
    """Delete what was heard STRIPE_EVENT_DAYS ago; how many there were."""
    before = now - timedelta(days=settings.STRIPE_EVENT_DAYS)
    return StripeEvent.objects.filter(received_at__lt=before, look_at=None).delete()[0]

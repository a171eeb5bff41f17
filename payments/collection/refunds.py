"""Giving money back: once, no more than was paid, with a reason."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from core.database import database_time
from core.validation.control_characters import without_controls
from payments import emails
from payments.collection import charge_locks, settling
from payments.models import Charge, Payment, Refund
from payments.stripe_client import (
    KEYS_LAST,
    Answer,
    Declined,
    Rejected,
    StripeAway,
    ask,
    require_configured,
)

Status = Refund.Status
ENDED = {"succeeded": Status.SUCCEEDED, "failed": Status.FAILED, "canceled": Status.FAILED}


class TooMuch(Exception):
    """More than what is left of the payment; `left` is that, in cents."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def left_of(payment: Payment) -> int:
    """Return how many cents of it can still be given back."""
    if not payment.is_made:
        return 0
    given = payment.refunds.standing().aggregate(sum=Sum("amount_cents"))["sum"] or 0
    return payment.amount_cents - given


def refund(payment: Payment, *, amount: int, reason: str, by: str, key: str) -> Refund:
    """Give `amount` cents back, and return the refund as it stands then.

    `key` is of the form that was sent: sent twice, it gives back once. Without an answer of Stripe
    the refund is under way, and is found out. Raises TooMuch.
    """
    if payment.is_online:
        require_configured()
    row, is_new = _begin(payment, amount, reason, by, key)
    if is_new and row.payment.is_online:
        _send(row)
    return Refund.objects.get(pk=row.pk)


@transaction.atomic
def _begin(payment: Payment, amount: int, reason: str, by: str, key: str) -> tuple[Refund, bool]:
    charge_locks.locked(payment.charge)
    sent = Refund.objects.filter(uid=key).select_related("payment").first()
    if sent:
        return sent, False
    payment, now = Payment.objects.get(pk=payment.pk), database_time.now()
    left = left_of(payment)
    if not 0 < amount <= left:
        raise TooMuch(left)
    row = payment.refunds.create(
        uid=key,
        status=Status.STARTED,
        amount_cents=amount,
        reason=without_controls(reason),
        made_by=by[:80],
        created_at=now,
        look_at=settling.next_look(now, now) if payment.is_online else None,
    )
    if not payment.is_online:
        _settle(row, Status.SUCCEEDED)
    return row, True


def _send(row: Refund) -> None:
    order: Any = {
        "payment_intent": row.payment.intent_id,
        "amount": row.amount_cents,
        "metadata": {"refund": row.uid},
    }
    key: Any = {"idempotency_key": f"refund-{row.uid}"}
    try:
        take(row, ask(lambda api: api.refunds.create(order, key)))
    except (Rejected, Declined) as rejected:
        _end(row, Status.FAILED, failure=str(rejected))
    except StripeAway as away:
        if away.is_old:
            _end(row, Status.FAILED, failure="away")


def look(row: Refund) -> None:
    """Find out what became of it; where Stripe knows of none, ask once more with the same key.

    Raises StripeAway and Rejected.
    """
    found = _found_at_stripe(row)
    if found is not None:
        take(row, found)
    elif row.created_at < database_time.now() - KEYS_LAST:
        _end(row, Status.FAILED, failure="away")
    else:
        _send(row)


def _found_at_stripe(row: Refund) -> Answer | None:
    if row.stripe_id:
        return ask(lambda api: api.refunds.retrieve(row.stripe_id))
    asked: Any = {"payment_intent": row.payment.intent_id, "limit": 100}
    several = ask(lambda api: api.refunds.list(asked))["data"]
    return next((each for each in several if _uid_of(each) == row.uid), None)


def _uid_of(refund: Answer) -> str:
    return str((refund["metadata"] or {}).get("refund", ""))


def take(row: Refund, found: Answer) -> None:
    """Take what Stripe says of a refund of ours."""
    Refund.objects.filter(pk=row.pk, stripe_id="").update(stripe_id=found["id"])
    if found["status"] in ENDED:
        _end(row, ENDED[found["status"]], failure=found.get("failure_reason") or "")
    else:
        later = settling.next_look(row.created_at, database_time.now()) + timedelta(minutes=10)
        Refund.objects.filter(pk=row.pk, status=Status.STARTED).update(look_at=later)


def take_any(found: Answer) -> bool:
    """Take what Stripe says of any refund, also of one that was made in its own pages.

    Return whether it is of a payment of ours.
    """
    ours = Refund.objects.filter(uid=_uid_of(found)) or Refund.objects.filter(stripe_id=found["id"])
    row = ours.first() or _made_at_stripe(found)
    if row is None:
        return False
    take(row, found)
    return True


def _made_at_stripe(found: Answer) -> Refund | None:
    number = found["payment_intent"] or ""
    payment = Payment.objects.filter(intent_id=number).first() if number else None
    if payment is None:
        return None
    made = {
        "payment": payment,
        "status": Status.STARTED,
        "amount_cents": found["amount"],
        "created_at": database_time.now(),
        "look_at": database_time.now(),
    }
    return Refund.objects.get_or_create(stripe_id=found["id"], defaults=made)[0]


@transaction.atomic
def _end(row: Refund, status: Status, *, failure: str = "") -> None:
    """Note how it ended, once; a bank may send back later what had succeeded."""
    charge_locks.locked(row.payment.charge)
    row = Refund.objects.select_related("payment__charge").get(pk=row.pk)
    if row.status in (status, Status.FAILED):
        return
    row.failure = failure[:60]
    _settle(row, status)
    if status == Status.SUCCEEDED:
        emails.payment_news(row.payment.charge)


def _settle(row: Refund, status: Status) -> None:
    """Write it, and what follows for the charge, which the caller has locked."""
    now = database_time.now()
    row.status, row.settled_at, row.look_at = status, now, None
    row.save(update_fields=["status", "settled_at", "look_at", "failure"])
    payment = Payment.objects.select_related("charge").get(pk=row.payment_id)
    if payment.status != Payment.Status.SUCCEEDED:
        return
    is_all = payment.refunds.filter(status=Status.SUCCEEDED).aggregate(sum=Sum("amount_cents"))
    if is_all["sum"] == payment.amount_cents:
        charge_locks.settle(payment.charge, Charge.Status.REFUNDED, now, by=row.made_by)
    elif payment.charge.status == Charge.Status.REFUNDED and not charge_locks.is_charged_anew(
        payment.charge
    ):
        charge_locks.settle(payment.charge, Charge.Status.PAID, now)

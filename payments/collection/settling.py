"""How a payment ends, whoever says so first: the answer to a request, a webhook, or our own look.

Each function locks the charge, looks at what is written by now, and may run twice.
"""

from datetime import datetime

from django.db import transaction

from core.database import database_time
from payments.collection import charges, timing
from payments.models import Charge, Payment
from payments.stripe_client import Answer

Status = Payment.Status


@transaction.atomic
def succeed(payment: Payment, *, intent: str, brand: str = "", last4: str = "") -> None:
    """Note that it was paid, and that its charge is: late or early, once."""
    charge, payment, now = _locked(payment)
    if payment.is_made:
        return
    payment.status = Status.EXTRA if _is_paid_otherwise(charge, payment) else Status.SUCCEEDED
    payment.intent_id = intent or payment.intent_id
    payment.brand, payment.last4 = brand[:20], last4[:4]
    payment.failure = ""
    _close(payment, now)
    if payment.status == Status.SUCCEEDED and charge.status != Charge.Status.PAID:
        charges.settle(charge, Charge.Status.PAID, now)


def _is_paid_otherwise(charge: Charge, payment: Payment) -> bool:
    """Whether another payment stands, or what is owed by now stands in another charge."""
    others = charge.payments.exclude(pk=payment.pk)
    if others.filter(status__in=[Status.STARTED, Status.SUCCEEDED]).exists():
        return True
    live = Charge.objects.live().filter(appointment=charge.appointment_id, kind=charge.kind)
    return charge.status == Charge.Status.REFUNDED or live.exclude(pk=charge.pk).exists()


@transaction.atomic
def fail(payment: Payment, code: str, *, intent: str = "") -> bool:
    """Note that nothing was paid; return whether that was news. Not after it was paid."""
    return _end(payment, Status.FAILED, code, intent)


@transaction.atomic
def expire(payment: Payment) -> bool:
    """Note that the patient has not paid while the page was open; return whether it was news."""
    return _end(payment, Status.EXPIRED, "", "")


def _end(payment: Payment, status: Status, code: str, intent: str) -> bool:
    charge, payment, now = _locked(payment)
    if payment.status != Status.STARTED:
        return False
    payment.status, payment.failure = status, code[:60]
    payment.intent_id = intent or payment.intent_id
    _close(payment, now)
    _take_extra(charge, now)
    return True


def _take_extra(charge: Charge, now: datetime) -> None:
    """Let a payment that came late count, now that none stands beside it."""
    extra = charge.payments.filter(status=Status.EXTRA).first()
    if extra and charge.status in (Charge.Status.OPEN, Charge.Status.WAIVED):
        extra.status = Status.SUCCEEDED
        extra.save(update_fields=["status"])
        charges.settle(charge, Charge.Status.PAID, now)


def _close(payment: Payment, now: datetime) -> None:
    payment.settled_at, payment.look_at, payment.checkout_url = now, None, ""
    payment.save(
        update_fields=[
            *("status", "failure", "intent_id", "brand", "last4"),
            *("settled_at", "look_at", "checkout_url"),
        ]
    )


@transaction.atomic
def dispute(payment: Payment, *, is_open: bool) -> None:
    """Note that the bank has the payment looked into, or does no more."""
    _charge, payment, now = _locked(payment)
    payment.disputed_at = (payment.disputed_at or now) if is_open else None
    payment.save(update_fields=["disputed_at"])


def postpone(payment: Payment) -> None:
    """Look at it again later."""
    now = database_time.now()
    Payment.objects.under_way().filter(pk=payment.pk).update(
        look_at=timing.next_look(payment.created_at, now)
    )


def _locked(payment: Payment) -> tuple[Charge, Payment, datetime]:
    charge = charges.locked(payment.charge)
    return charge, Payment.objects.get(pk=payment.pk), database_time.now()


def card_of(intent: Answer | None) -> dict[str, str]:
    """Return brand and last digits of the card that paid, where Stripe has said them."""
    paid = intent and intent.get("latest_charge")
    details = paid["payment_method_details"] if isinstance(paid, dict) else None
    card = details and details.get("card")
    return {"brand": card["brand"] or "", "last4": card["last4"] or ""} if card else {}

"""How a payment ends, whoever says so first: the answer to a request, a webhook, or our own look.

Each function locks the charge, looks at what is written by now, and may run twice.
"""

from datetime import datetime, timedelta

from django.db import transaction

from core.database import database_time
from payments.collection import charge_locks
from payments.models import Charge, Payment

Status = Payment.Status
# How soon Stripe is asked again of what is open, by how old it is.
LOOKS = ((timedelta(minutes=5), timedelta(minutes=1)), (timedelta(hours=1), timedelta(minutes=5)))
LOOKS_LATER = timedelta(minutes=15)


def next_look(created_at: datetime, now: datetime) -> datetime:
    """Return when to ask Stripe again of what was begun then."""
    age = now - created_at
    return now + next((pause for until, pause in LOOKS if age < until), LOOKS_LATER)


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
        charge_locks.settle(charge, Charge.Status.PAID, now)


def _is_paid_otherwise(charge: Charge, payment: Payment) -> bool:
    """Whether another payment stands, or what is owed by now stands in another charge."""
    others = charge.payments.exclude(pk=payment.pk)
    if others.filter(status__in=[Status.STARTED, Status.SUCCEEDED]).exists():
        return True
    return charge.status == Charge.Status.REFUNDED or charge_locks.is_charged_anew(charge)


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
        charge_locks.settle(charge, Charge.Status.PAID, now)


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
        look_at=next_look(payment.created_at, now)
    )


def _locked(payment: Payment) -> tuple[Charge, Payment, datetime]:
    charge = charge_locks.locked(payment.charge)
    return charge, Payment.objects.get(pk=payment.pk), database_time.now()

"""Charging the card that a patient keeps here, while they are away: once."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from core.database import database_time
from payments import emails
from payments.collection import card_on_file, charge_locks, settling
from payments.collection.charge_locks import NotPayable
from payments.models import Charge, Payment
from payments.stripe_client import (
    KEYS_LAST,
    Answer,
    Declined,
    Rejected,
    StripeAway,
    ask,
    card_of,
    require_configured,
)


class NoCard(NotPayable):
    """The patient keeps no card here."""


def charge(owed: Charge, *, by: str) -> Payment:
    """Charge the card that the patient keeps here, and return the payment as it stands then.

    Under way means that nobody knows yet: it is found out, and never charged a second time. A
    second click returns the first one's payment. Raises NotPayable, UnderWay and NoCard.
    """
    require_configured()
    payment, is_new = _begin_charge(owed, by)
    if is_new:
        _send(payment)
    return Payment.objects.get(pk=payment.pk)


@transaction.atomic
def _begin_charge(owed: Charge, by: str) -> tuple[Payment, bool]:
    locked = charge_locks.locked(owed)
    found = locked.payments.under_way().filter(method=Payment.Method.SAVED_CARD).first()
    if found:
        return found, False
    locked, now = charge_locks.require_open(owed), database_time.now()
    card = card_on_file.find(locked.appointment.patient)
    if card is None:
        raise NoCard
    payment = locked.payments.create(
        method=Payment.Method.SAVED_CARD,
        status=Payment.Status.STARTED,
        amount_cents=locked.amount_cents,
        card=card,
        brand=card.brand,
        last4=card.last4,
        made_by=by[:80],
        created_at=now,
        look_at=settling.next_look(now, now),
    )
    return payment, True


def _send(payment: Payment) -> None:
    """Ask for the money; without an answer the payment stays under way."""
    key: Any = {"idempotency_key": f"charge-{payment.uid}"}
    try:
        take_intent(payment, ask(lambda api: api.payment_intents.create(_order(payment), key)))
    except Declined as declined:
        _failed(payment, declined.code, declined.intent)
    except Rejected as rejected:
        _failed(payment, str(rejected), "")
    except StripeAway as away:
        if away.is_old:  # what this request did is known: nothing, or `look` would have found it
            _failed(payment, "away", "")


def _order(payment: Payment) -> Any:
    card = payment.card
    if card is None:
        raise NoCard
    order: dict[str, Any] = {
        "amount": payment.amount_cents,
        "currency": "usd",
        "customer": card.customer.stripe_id,
        "payment_method": card.method_id,
        "payment_method_types": ["card"],
        "off_session": True,
        "confirm": True,
        "metadata": {"payment": payment.uid},
        "expand": ["latest_charge"],
    }
    if settings.STRIPE_STATEMENT_TEXT:
        order["statement_descriptor_suffix"] = settings.STRIPE_STATEMENT_TEXT
    return order


def look(payment: Payment) -> None:
    """Find out what became of it; where Stripe knows of none, ask once more with the same key.

    Raises StripeAway and Rejected.
    """
    intent = _intent_of(payment)
    if intent is not None:
        take_intent(payment, intent)
    elif payment.created_at < database_time.now() - KEYS_LAST:
        _failed(payment, "away", "")
    else:
        _send(payment)


def _intent_of(payment: Payment) -> Answer | None:
    """Return Stripe's own row of it, by its number, or else by ours, which it carries."""
    expand: Any = {"expand": ["latest_charge"]}
    if payment.intent_id:
        return ask(lambda api: api.payment_intents.retrieve(payment.intent_id, expand))
    if payment.card is None:
        return None
    since = int((payment.created_at - timedelta(minutes=5)).timestamp())
    asked: Any = {
        "customer": payment.card.customer.stripe_id,
        "created": {"gte": since},
        "limit": 100,
        "expand": ["data.latest_charge"],
    }
    found = ask(lambda api: api.payment_intents.list(asked))["data"]
    return next((each for each in found if _uid_of(each) == payment.uid), None)


def _uid_of(intent: Answer) -> str:
    return str((intent["metadata"] or {}).get("payment", ""))


def take_intent(payment: Payment, intent: Answer) -> None:
    """Take what Stripe says of an attempt to charge: paid, failed, or still at work."""
    if intent["status"] == "succeeded":
        card = card_of(intent)
        known = card or {"brand": payment.brand, "last4": payment.last4}
        settling.succeed(payment, intent=intent["id"], **known)
        emails.payment_news(payment.charge)
    elif intent["status"] in ("requires_payment_method", "requires_action", "canceled"):
        error = intent["last_payment_error"]
        code = error and (error.get("decline_code") or error.get("code"))
        _failed(payment, code or "authentication_required", intent["id"])
    else:
        settling.postpone(payment)


def _failed(payment: Payment, code: str, intent: str) -> None:
    """Note it, and let the patient know that they can pay another way."""
    if settling.fail(payment, code, intent=intent) and code != "away":
        emails.payment_news(payment.charge)

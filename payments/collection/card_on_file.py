"""A card that the patient lets the clinic keep, and charging it while they are away."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from appointments.models import Appointment, Patient
from appointments.patient_records.whole_record import whole_record
from core.database import database_time
from core.languages.speaking import speaking
from payments import links
from payments.collection import charges, checkout, settling
from payments.collection.charges import NotPayable
from payments.models import Charge, Payment, SavedCard, StripeCustomer
from payments.stripe_client import Answer, Declined, Rejected, StripeAway, ask

KEYS_LAST = timedelta(hours=23)  # Stripe forgets the key of a request after 24
Status = SavedCard.Status


class NoCard(NotPayable):
    """The patient keeps no card here."""


def find(patient: Patient | None) -> SavedCard | None:
    """Return the card that can be charged for this patient."""
    if patient is None:
        return None
    kept = SavedCard.objects.kept().filter(customer__patient__in=whole_record(patient))
    return kept.order_by("-kept_at").first()


# ── keeping one ──


def start(appointment: Appointment, *, text: str, language: str) -> SavedCard:
    """Return the row whose `checkout_url` leads to the page on which Stripe takes a card.

    `text` is what the patient has agreed to. The same row while its page is open; the address is
    empty while another click has it made. Raises NotPayable, StripeAway and Rejected.
    """
    if appointment.patient is None:
        raise NotPayable
    customer = _customer(appointment.patient)
    card, is_new = _begin(customer, appointment, text, language)
    if not is_new:
        return card
    try:
        number = _stripe_customer(customer)
        key: Any = {"idempotency_key": f"keep-{card.uid}"}
        made = ask(lambda api: api.checkout.sessions.create(_page_of(card, number), key))
    except (StripeAway, Rejected):
        _expire(card)
        raise
    rows = SavedCard.objects.filter(pk=card.pk, status=Status.STARTED)
    if not rows.update(session_id=made["id"], checkout_url=made["url"] or ""):
        raise StripeAway
    return rows.get()


def _customer(patient: Patient) -> StripeCustomer:
    made = {"created_at": database_time.now()}
    return StripeCustomer.objects.get_or_create(patient=patient, defaults=made)[0]


def _stripe_customer(customer: StripeCustomer) -> str:
    """Return the number that the patient has at Stripe, which knows no more of them."""
    if not customer.stripe_id:
        key: Any = {"idempotency_key": f"customer-{customer.uid}"}
        told: Any = {"metadata": {"customer": customer.uid}}
        made = ask(lambda api: api.customers.create(told, key))
        StripeCustomer.objects.filter(pk=customer.pk, stripe_id="").update(stripe_id=made["id"])
        customer.refresh_from_db(fields=["stripe_id"])
    return customer.stripe_id


@transaction.atomic
def _begin(
    customer: StripeCustomer, appointment: Appointment, text: str, language: str
) -> tuple[SavedCard, bool]:
    customer = StripeCustomer.objects.select_for_update().get(pk=customer.pk)
    now = database_time.now()
    found = customer.cards.filter(status=Status.STARTED).first()
    if found:
        is_open = found.session_ends_at > now + checkout.STILL_USEFUL
        is_made = found.checkout_url or found.agreed_at > now - checkout.MAKING_TAKES
        if is_open and is_made and found.agreed_text == text:
            return found, False
        _expire(found)
    card = customer.cards.create(
        appointment=appointment,
        status=Status.STARTED,
        agreed_text=text,
        agreed_at=now,
        language=language,
        session_ends_at=now + checkout.STAYS_OPEN,
        look_at=settling.next_look(now, now),
    )
    return card, True


def _page_of(card: SavedCard, customer: str) -> Any:
    with speaking(card.language):
        back = links.returned(card.uid)
    told = {"card": card.uid}
    return {
        "mode": "setup",
        "payment_method_types": ["card"],
        "client_reference_id": card.uid,
        "customer": customer,
        "metadata": told,
        "setup_intent_data": {"metadata": told},
        "locale": card.language,
        "expires_at": int(card.session_ends_at.timestamp()),
        "success_url": back,
        "cancel_url": back,
    }


def look(card: SavedCard) -> None:
    """Ask Stripe what became of the page, or have a removed card forgotten there.

    Raises StripeAway and Rejected.
    """
    if card.status == Status.REMOVED:
        _forget(card)
        return
    if not card.session_id:
        if card.agreed_at < database_time.now() - checkout.MAKING_TAKES:
            _expire(card)
        return
    expand: Any = {"expand": ["setup_intent.payment_method"]}
    take(card, ask(lambda api: api.checkout.sessions.retrieve(card.session_id, expand)))


def take(card: SavedCard, session: Answer) -> None:
    """Take what Stripe says of the page, with the card: typed, closed, or still open."""
    if session["status"] == "complete":
        _keep(card, session["setup_intent"]["payment_method"])
    elif session["status"] == "expired":
        _expire(card)
    else:
        later = settling.next_look(card.agreed_at, database_time.now())
        SavedCard.objects.filter(pk=card.pk, status=Status.STARTED).update(look_at=later)


@transaction.atomic
def _keep(card: SavedCard, method: Answer) -> None:
    """Keep it, in the place of the one that was kept before. A page that ended here was typed in
    after all: the newest card is the one that the patient means."""
    StripeCustomer.objects.select_for_update().get(pk=card.customer_id)
    card, now = SavedCard.objects.get(pk=card.pk), database_time.now()
    if card.status in (Status.KEPT, Status.REMOVED):
        return
    for before in SavedCard.objects.kept().filter(customer=card.customer_id):
        _remove(before)
    SavedCard.objects.filter(pk=card.pk).update(
        status=Status.KEPT,
        method_id=method["id"],
        brand=(method["card"]["brand"] or "")[:20],
        last4=(method["card"]["last4"] or "")[:4],
        expires_month=method["card"]["exp_month"],
        expires_year=method["card"]["exp_year"],
        kept_at=now,
        look_at=None,
        checkout_url="",
    )


def _expire(card: SavedCard) -> None:
    SavedCard.objects.filter(pk=card.pk, status=Status.STARTED).update(
        status=Status.EXPIRED, look_at=None, checkout_url=""
    )


@transaction.atomic
def remove(patient: Patient) -> bool:
    """Keep no card of this patient any more; return whether there was one."""
    customers = StripeCustomer.objects.filter(patient__in=whole_record(patient))
    found = list(SavedCard.objects.kept().filter(customer__in=customers).select_for_update())
    for card in found:
        _remove(card)
    return bool(found)


def _remove(card: SavedCard) -> None:
    now = database_time.now()
    SavedCard.objects.filter(pk=card.pk).update(
        status=Status.REMOVED, removed_at=now, look_at=now, checkout_url=""
    )


def _forget(card: SavedCard) -> None:
    """Have Stripe forget a removed card."""
    try:
        ask(lambda api: api.payment_methods.detach(card.method_id))
    except Rejected:  # it is gone there already
        pass
    SavedCard.objects.filter(pk=card.pk).update(look_at=None)


def forget_customer(customer: StripeCustomer) -> None:
    """Have Stripe forget whose patient is gone here, with their cards. Raises StripeAway."""
    try:
        ask(lambda api: api.customers.delete(customer.stripe_id))
    except Rejected:
        pass
    now = database_time.now()
    StripeCustomer.objects.filter(pk=customer.pk).update(deleted_at=now)
    customer.cards.exclude(status=Status.REMOVED).update(
        status=Status.REMOVED, removed_at=now, look_at=None, checkout_url=""
    )


# ── charging it ──


def charge(owed: Charge, *, by: str) -> Payment:
    """Charge the card that the patient keeps here, and return the payment as it stands then.

    Under way means that nobody knows yet: it is found out, and never charged a second time. A
    second click returns the first one's payment. Raises NotPayable, UnderWay and NoCard.
    """
    payment, is_new = _begin_charge(owed, by)
    if is_new:
        _send(payment)
    return Payment.objects.get(pk=payment.pk)


@transaction.atomic
def _begin_charge(owed: Charge, by: str) -> tuple[Payment, bool]:
    locked = charges.locked(owed)
    found = locked.payments.under_way().filter(method=Payment.Method.SAVED_CARD).first()
    if found:
        return found, False
    locked, now = charges.require_open(owed), database_time.now()
    card = find(locked.appointment.patient)
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


def look_at_charge(payment: Payment) -> None:
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
        card = checkout.card_of(intent)
        known = card or {"brand": payment.brand, "last4": payment.last4}
        settling.succeed(payment, intent=intent["id"], **known)
        charges.tell(payment.charge)
    elif intent["status"] in ("requires_payment_method", "requires_action", "canceled"):
        error = intent["last_payment_error"]
        code = error and (error.get("decline_code") or error.get("code"))
        _failed(payment, code or "authentication_required", intent["id"])
    else:
        settling.postpone(payment)


def _failed(payment: Payment, code: str, intent: str) -> None:
    """Note it, and let the patient know that they can pay another way."""
    if settling.fail(payment, code, intent=intent) and code != "away":
        charges.tell(payment.charge)

"""A card that the patient lets the clinic keep: at Stripe, by a page of Stripe's."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.db import transaction

from appointments.models import Appointment, Patient
from core.database import database_time
from core.languages.speaking import speaking
from payments import links
from payments.collection import settling, stripe_pages
from payments.collection.charge_locks import NotPayable
from payments.models import SavedCard, StripeCustomer
from payments.stripe_client import Answer, Rejected, StripeAway, ask, require_configured

Status = SavedCard.Status


def find(patient: Patient | None) -> SavedCard | None:
    """Return the card that can be charged for this patient."""
    if patient is None:
        return None
    kept = SavedCard.objects.kept().filter(
        customer__patient__in=Patient.objects.whole_record(patient)
    )
    return kept.order_by("-kept_at").first()


def start(appointment: Appointment, *, text: str, language: str) -> SavedCard:
    """Return the row whose `checkout_url` leads to the page on which Stripe takes a card.

    `text` is what the patient has agreed to. The same row while its page is open; the address is
    empty while another click has it made. Raises NotPayable, StripeAway and Rejected.
    """
    require_configured()
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
        is_open = found.session_ends_at > now + stripe_pages.STILL_USEFUL
        is_made = found.checkout_url or found.agreed_at > now - stripe_pages.MAKING_TAKES
        if is_open and is_made and found.agreed_text == text:
            return found, False
        _expire(found)
    card = customer.cards.create(
        appointment=appointment,
        status=Status.STARTED,
        agreed_text=text,
        agreed_at=now,
        language=language,
        session_ends_at=now + stripe_pages.STAYS_OPEN,
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
        if card.agreed_at < database_time.now() - stripe_pages.MAKING_TAKES:
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
    customers = StripeCustomer.objects.filter(patient__in=Patient.objects.whole_record(patient))
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
    with suppress(Rejected):  # it is gone there already
        ask(lambda api: api.payment_methods.detach(card.method_id))
    SavedCard.objects.filter(pk=card.pk).update(look_at=None)


def leave(records: Collection[int]) -> None:
    """Keep nothing for these records of patients any more, in the caller's transaction.

    Stripe is told afterwards, see `forget_customer`.
    """
    StripeCustomer.objects.filter(patient__in=records).update(patient=None)


def forget_customer(customer: StripeCustomer) -> None:
    """Have Stripe forget whose patient is gone here, with their cards. Raises StripeAway."""
    with suppress(Rejected):
        ask(lambda api: api.customers.delete(customer.stripe_id))
    now = database_time.now()
    StripeCustomer.objects.filter(pk=customer.pk).update(deleted_at=now)
    customer.cards.exclude(status=Status.REMOVED).update(
        status=Status.REMOVED, removed_at=now, look_at=None, checkout_url=""
    )
    customer.cards.update(brand="", last4="", expires_month=None, expires_year=None)

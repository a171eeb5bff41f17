"""Paying on Stripe's own page. A charge has one such page at a time, however often it is asked for.

Its address is handed out only once it is written down here. So a page whose making nobody saw the
end of is nobody's: it is given up at once, and the next click makes another.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.database import database_time
from core.languages.speaking import speaking
from payments import links
from payments.collection import charge_locks, settling, stripe_pages
from payments.collection.charge_locks import NotPayable, UnderWay
from payments.models import Charge, Payment
from payments.stripe_client import Answer, Rejected, StripeAway, ask, card_of, require_configured

Method, Status = Payment.Method, Payment.Status


def start(charge: Charge) -> Payment:
    """Return the payment whose `checkout_url` leads to Stripe's page for this charge.

    The same one while it is open: a second click or tab leads to the same page, which can be paid
    once. The address is empty while another click has it made. Raises NotPayable, UnderWay,
    StripeAway and Rejected; then nothing was begun.
    """
    require_configured()
    _end_old_page(charge)
    payment, is_new = _begin(charge)
    if not is_new:
        return payment
    try:
        made = ask(lambda api: api.checkout.sessions.create(_page_of(payment), _key(payment)))
    except (StripeAway, Rejected) as error:
        settling.fail(payment, "away" if isinstance(error, StripeAway) else str(error))
        raise
    return _written(payment, made["id"], made["url"] or "")


@transaction.atomic
def _begin(charge: Charge) -> tuple[Payment, bool]:
    """Return the payment that is under way, or a new one, and whether it is new."""
    charge, now = charge_locks.locked(charge), database_time.now()
    if charge.status != Charge.Status.OPEN:
        raise NotPayable
    found = charge.payments.under_way().first()
    if found and found.method != Method.CHECKOUT:
        raise UnderWay
    if found and (found.checkout_url or found.created_at > now - stripe_pages.MAKING_TAKES):
        return found, False
    if found:
        settling.expire(found)
    payment = charge.payments.create(
        method=Method.CHECKOUT,
        status=Status.STARTED,
        amount_cents=charge.amount_cents,
        created_at=now,
        session_ends_at=now + stripe_pages.STAYS_OPEN,
        look_at=settling.next_look(now, now),
    )
    return payment, True


def _key(payment: Payment) -> dict[str, Any]:
    return {"idempotency_key": f"checkout-{payment.uid}"}


def _page_of(payment: Payment) -> Any:
    """Return what Stripe is told: an amount, and that it is for a visit."""
    appointment, ends_at = payment.charge.appointment, payment.session_ends_at
    told = {"payment": payment.uid}
    with speaking(appointment.language):
        name, back = _("Visit"), links.returned(payment.uid)
    about: dict[str, Any] = {"metadata": told}
    if settings.STRIPE_STATEMENT_TEXT:
        about["statement_descriptor_suffix"] = settings.STRIPE_STATEMENT_TEXT
    price = {
        "currency": "usd",
        "unit_amount": payment.amount_cents,
        "product_data": {"name": name},
    }
    return {
        "mode": "payment",
        "payment_method_types": ["card"],
        "client_reference_id": payment.uid,
        "line_items": [{"quantity": 1, "price_data": price}],
        "metadata": told,
        "payment_intent_data": about,
        "locale": appointment.language,
        "expires_at": int(ends_at.timestamp()) if ends_at else None,
        "success_url": back,
        "cancel_url": back,
    }


@transaction.atomic
def _written(payment: Payment, session: str, url: str) -> Payment:
    """Write the page's address down, unless the payment was given up meanwhile: StripeAway then."""
    rows = Payment.objects.under_way().filter(pk=payment.pk)
    if not rows.update(session_id=session, checkout_url=url):
        raise StripeAway
    return rows.get()


def _end_old_page(charge: Charge) -> None:
    """Where a page is open that is soon closed, close it, and take what it says."""
    soon = database_time.now() + stripe_pages.STILL_USEFUL
    for payment in charge.payments.under_way().filter(method=Method.CHECKOUT):
        if payment.session_ends_at and payment.session_ends_at < soon:
            close(payment)


def close(payment: Payment) -> None:
    """Close Stripe's page, so that nobody pays there any more; take it if it was paid before.

    Raises StripeAway and Rejected: then it may still be paid.
    """
    if not payment.session_id:
        settling.expire(payment)  # nobody was given its address
        return
    try:
        session = ask(lambda api: api.checkout.sessions.expire(payment.session_id))
    except Rejected:  # it is closed already, by the clock or because it was paid
        look(payment)
        return
    take(payment, session)


def look(payment: Payment) -> None:
    """Ask Stripe what became of the page. Raises StripeAway and Rejected."""
    if not payment.session_id:
        if payment.created_at < database_time.now() - stripe_pages.MAKING_TAKES:
            settling.expire(payment)
        return
    number = payment.session_id
    expand: Any = {"expand": ["payment_intent.latest_charge"]}
    take(payment, ask(lambda api: api.checkout.sessions.retrieve(number, expand)))


def take(payment: Payment, session: Answer) -> None:
    """Take what Stripe says of the page: paid, closed, or still open."""
    if session["payment_status"] == "paid":
        intent = session["payment_intent"]
        if isinstance(intent, str):
            look(payment)  # with the card, for the receipt
            return
        settling.succeed(payment, intent=intent["id"] if intent else "", **card_of(intent))
    elif session["status"] == "expired":
        settling.expire(payment)
    else:
        settling.postpone(payment)

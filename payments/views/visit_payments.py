"""The patient's page of what one visit costs: pay, keep a card, read what was paid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from appointments.cookies import set_private_cookie
from appointments.models import Appointment
from core.guard.limit_pages import limit_page
from core.languages.speaking import of_now
from payments import card_consent
from payments.collection import card_on_file, charges, checkout, refunds, under_way
from payments.collection.charge_locks import NotPayable
from payments.models import Charge, Payment, PaymentTerms, SavedCard, Superbill
from payments.stripe_client import (
    NotConfigured,
    Rejected,
    StripeAway,
    is_configured,
    require_configured,
)
from payments.views.doors import EXPECTED, Door, require_proof

RULE = "changes"
BACK_COOKIE, BACK_FOR = "paying", 2 * 3600  # seconds
LOOKS_AGAIN = 4  # seconds, while something is under way
MADE_WITHIN = "2"  # seconds, mostly: the page at Stripe
Timing = PaymentTerms.Timing


@dataclass(frozen=True)
class Line:
    """What the page says of one charge."""

    charge: Charge
    payment: Payment | None  # that was made, or is under way
    failed: Payment | None  # the last one, where none was made since
    receipt: str
    given_back: int

    @property
    def is_under_way(self) -> bool:
        return self.payment is not None and self.payment.status == Payment.Status.STARTED


@require_safe
def visit(request: HttpRequest, door: Door) -> HttpResponse:
    """Show what the visit costs, what was paid, and what can be done now."""
    lines = _lines(door)
    context = {
        "door": door,
        "appointment": door.appointment,
        "when": door.appointment.local_start,
        "lines": lines,
        "to_come": _to_come(door, lines),
        "paths": {name: door.path(name) for name in ("pay", "check", "keep_card", "remove_card")},
        "visit_page": door.visit_page,
        "is_configured": is_configured(),
        "statement": settings.STRIPE_STATEMENT_TEXT,
        "away": request.GET.get("just") == "away",
        "look_again_after": LOOKS_AGAIN if any(line.is_under_way for line in lines) else "",
        **_card(door),
        **_superbills(door),
    }
    return render(request, "payments/visit.html", context)


def _lines(door: Door) -> list[Line]:
    rows = Charge.objects.filter(appointment=door.appointment).order_by("created_at", "pk")
    shown = rows.exclude(status=Charge.Status.WAIVED, payments=None)
    return [_line(door, charge) for charge in shown.distinct().prefetch_related("payments")]


def _line(door: Door, charge: Charge) -> Line:
    payments = list(charge.payments.all())
    made = next((each for each in reversed(payments) if each.is_made), None)
    open_ = next((each for each in payments if each.status == Payment.Status.STARTED), None)
    failed = [each for each in payments if each.status == Payment.Status.FAILED]
    given = made.amount_cents - refunds.left_of(made) if made else 0
    return Line(
        charge=charge,
        payment=made or open_,
        failed=None if made or open_ or not failed else failed[-1],
        receipt=door.path("receipt", made.uid) if made and door.proved else "",
        given_back=given,
    )


def _to_come(door: Door, lines: list[Line]) -> dict[str, Any] | None:
    """Return what the visit will cost, where nothing is asked for yet."""
    price = charges.price_of(door.appointment)
    if price is None or not is_configured() or door.status not in EXPECTED:
        return None
    if any(line.charge.kind == Charge.Kind.VISIT for line in lines):
        return None
    timing = charges.timing_of(door.appointment)
    return {"cents": price, "timing": timing, "now": timing == Timing.AT_BOOKING}


def _card(door: Door) -> dict[str, Any]:
    """Return the card that is kept, and what is agreed to by keeping one; to nobody else."""
    if not door.proved or not is_configured():
        return {}
    card = card_on_file.find(door.appointment.patient)
    asks = charges.timing_of(door.appointment) == Timing.CARD and door.status in EXPECTED
    terms = card_consent.words(door.appointment) if asks else ""
    return {"card": card, "asks_for_card": asks, "card_terms": terms}


def _superbills(door: Door) -> dict[str, Any]:
    if not door.proved:
        return {}
    bills = Superbill.objects.standing().filter(appointment=door.appointment)
    return {"superbills": [(each, door.path("superbill", each.uid)) for each in bills]}


# ── paying ──


@require_POST
def pay(request: HttpRequest, door: Door) -> HttpResponse:
    """Have Stripe's page made for what is owed, and lead there."""
    refused = limit_page(request, RULE)
    if refused:
        return refused
    try:
        require_configured()
        payment = checkout.start(_owed(door, request.POST.get("charge", "")))
    except NotPayable:
        return redirect(door.path())  # the page says what it is now
    except (StripeAway, Rejected, NotConfigured):
        return redirect(f"{door.path()}?just=away")
    # nosemgrep: redirect-to-what-a-visitor-says  (our own path to a row of ours)
    return redirect(door.path("go", payment.uid))


def _owed(door: Door, uid: str) -> Charge:
    """Return the charge that is to be paid. A visit that is paid at booking has one by this click.

    Raises NotPayable.
    """
    if uid:
        found = Charge.objects.filter(appointment=door.appointment, uid=uid).first()
        if found is None:
            raise Http404("No such charge")
        return found
    at_booking = charges.timing_of(door.appointment) == Timing.AT_BOOKING
    if not at_booking or door.status not in EXPECTED:
        raise NotPayable
    return charges.owe_visit(door.appointment)


@require_safe
def go(request: HttpRequest, door: Door, uid: str) -> HttpResponse:
    """Lead on to Stripe's page of a payment, or of a card to keep.

    A page of ours in between: browsers follow no form of ours to another site.
    """
    url, is_open = _stripes_page(door.appointment, uid)
    if not is_open:
        return redirect(door.path())
    context = {"door": door, "url": url, "back": door.path()}
    response = render(request, "payments/go.html", context)
    response["Refresh"] = f"0; url={url}" if url else MADE_WITHIN
    set_private_cookie(response, BACK_COOKIE, door.path(), max_age=BACK_FOR)
    return response


def _stripes_page(appointment: Appointment, uid: str) -> tuple[str, bool]:
    """Return its address, empty while it is being made, and whether it is still of use."""
    payment = Payment.objects.filter(charge__appointment=appointment, uid=uid).first()
    if payment:
        return payment.checkout_url, payment.status == Payment.Status.STARTED
    card = SavedCard.objects.filter(appointment=appointment, uid=uid).first()
    if card:
        return card.checkout_url, card.status == SavedCard.Status.STARTED
    raise Http404("No such payment")


@require_POST
def check(request: HttpRequest, door: Door) -> HttpResponse:
    """Ask Stripe at once what became of what is under way."""
    refused = limit_page(request, RULE)
    if refused:
        return refused
    try:
        for payment in Payment.objects.under_way().filter(charge__appointment=door.appointment):
            under_way.look_at(payment)
        if door.proved:
            for card in SavedCard.objects.filter(
                appointment=door.appointment, status=SavedCard.Status.STARTED
            ):
                card_on_file.look(card)
    except (StripeAway, Rejected, NotConfigured):
        return redirect(f"{door.path()}?just=away")
    return redirect(door.path())


# ── a card that is kept ──


@require_POST
def keep_card(request: HttpRequest, door: Door) -> HttpResponse:
    """Keep what the patient agrees to, and lead to the page on which Stripe takes their card."""
    require_proof(door)
    refused = limit_page(request, RULE)
    if refused:
        return refused
    if charges.timing_of(door.appointment) != Timing.CARD or door.status not in EXPECTED:
        return redirect(door.path())
    if not request.POST.get("agree"):
        return redirect(f"{door.path()}?just=agree#card")
    try:
        words = card_consent.words(door.appointment)
        card = card_on_file.start(door.appointment, text=words, language=of_now())
    except NotPayable:
        return redirect(door.path())
    except (StripeAway, Rejected, NotConfigured):
        return redirect(f"{door.path()}?just=away")
    return redirect(door.path("go", card.uid))


@require_POST
def remove_card(request: HttpRequest, door: Door) -> HttpResponse:
    """Keep the patient's card no more."""
    require_proof(door)
    refused = limit_page(request, RULE)
    if refused:
        return refused
    if door.appointment.patient:
        card_on_file.remove(door.appointment.patient)
    return redirect(door.path())


def moment(when: datetime, appointment: Appointment) -> datetime:
    """Return it on the patient's clock."""
    return when.astimezone(appointment.patient_zone)

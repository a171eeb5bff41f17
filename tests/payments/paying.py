"""What tests of payments share: a clinic that takes money, Stripe, and its reports."""

import json
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from appointments.models import Appointment, Status
from payments.collection import charges, superbills
from payments.collection.superbills import BilledLine
from payments.models import (
    Charge,
    PaymentTerms,
    PracticeBilling,
    ProviderBilling,
    StripeEvent,
)
from payments.tasks import settle_event
from tests.factories import make_appointment, make_service, monday
from tests.payments.stripe_server import KEY, SECRET, StripeServer, signature

PRICE = 14_900


def use(settings: Any, server: StripeServer) -> None:
    """Let the site ask this server."""
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    settings.STRIPE_API_URL = server.url
    settings.STRIPE_STATEMENT_TEXT = "VISIT"


def make_visit(timing: str = "booking", *, fee: int | None = 5_000, **values: Any) -> Appointment:
    """A visit of a service that is paid for then."""
    service = values.pop("service", None) or make_service(price_cents=PRICE)
    PaymentTerms.objects.update_or_create(
        service=service, defaults={"timing": timing, "no_show_fee_cents": fee}
    )
    given = {"starts_at": monday("10:00"), "price_cents": PRICE} | values
    return make_appointment(service=service, **given)


def make_charge(visit: Appointment | None = None, **values: Any) -> Charge:
    return charges.owe_visit(visit or make_visit(), **values)


def report(event: dict[str, Any], **headers: str) -> HttpResponse:
    """Stripe tells of an event; a worker then looks at it, if it is news."""
    body = json.dumps(event).encode()
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/payments/webhook/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature(body)} | headers,
    )
    for row in StripeEvent.objects.filter(settled_at=None):
        settle_event(row.pk)
    return answer


def set_status(visit: Appointment, status: Status) -> Appointment:
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    visit.refresh_from_db()
    return visit


def make_books(visit: Appointment) -> list[Model]:
    """What staff see of a visit that took place: paid in cash, with a superbill; the numbers."""
    charge = charges.owe_visit(visit, amount=PRICE)
    payment = charges.pay_elsewhere(charge, method="cash", note="", by="Robin")
    bill = superbills.issue(
        visit,
        lines=[BilledLine("99213", ["95"], "Office visit", 1, PRICE)],
        diagnoses=["Z00.00"],
        place_of_service="10",
        by="Robin",
    )
    terms = PaymentTerms.objects.create(
        service=visit.service, timing="after", no_show_fee_cents=5_000
    )
    practice = PracticeBilling.objects.create(tax_id="12-3456789", npi="1234567893")
    own = ProviderBilling.objects.create(provider=visit.provider, npi="1234567893")
    return [charge, payment, bill, terms, practice, own]

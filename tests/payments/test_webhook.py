"""What Stripe reports is believed by its signature alone, and kept without what it says."""

import json
import time

import pytest
from django.test import Client

from payments.collection import checkout, stripe_events
from payments.models import StripeEvent
from tests.payments.paying import make_charge, report
from tests.payments.stripe_server import SECRET, signature

pytestmark = pytest.mark.django_db
WEBHOOK = "/payments/webhook/"


def send(body: bytes, header: str | None) -> int:
    headers = {} if header is None else {"Stripe-Signature": header}
    client = Client(enforce_csrf_checks=True)
    return client.post(WEBHOOK, body, content_type="application/json", headers=headers).status_code


def test_what_is_not_signed_or_is_signed_long_ago_is_refused(stripe_server):
    payment = checkout.start(make_charge())
    body = json.dumps(stripe_server.pay(payment.checkout_url)).encode()
    assert send(body, None) == 403
    assert send(body, "t=1,v1=nonsense") == 403
    assert send(body, signature(body, secret="whsec_another")) == 403
    assert send(body, signature(body, at=time.time() - 600)) == 403
    assert send(body + b" ", signature(body)) == 403
    assert not StripeEvent.objects.exists()
    assert send(body, signature(body)) == 200


def test_while_a_secret_is_replaced_both_are_good(stripe_server, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
    payment = checkout.start(make_charge())
    body = json.dumps(stripe_server.pay(payment.checkout_url)).encode()
    assert send(body, signature(body)) == 200
    assert send(body, signature(body, secret="whsec_new")) == 200
    assert StripeEvent.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"x"', b'{"object":"event"}', b"\xff", b"{"])
def test_what_nobody_can_read_is_no_error_of_ours(stripe_server, body):
    assert send(body, signature_or_none(body)) in (400, 403)


def signature_or_none(body: bytes) -> str:
    return signature(body)


def test_events_of_others_who_use_the_account_are_answered_and_change_nothing(stripe_server):
    foreign = stripe_server._intent(5_000, {}, "4242")
    foreign["status"] = "succeeded"
    for kind in ("payment_intent.succeeded", "invoice.paid"):
        assert report(stripe_server.tell(kind, foreign)).status_code == 200
    [event] = StripeEvent.objects.all()
    assert event.settled_at


def test_of_an_event_only_its_number_is_kept(stripe_server):
    payment = checkout.start(make_charge())
    event = stripe_server.pay(payment.checkout_url)
    event["data"]["object"]["customer_details"] = {"email": "grace@example.org", "name": "Grace"}
    report(event)
    [row] = StripeEvent.objects.all()
    assert "grace" not in str(vars(row)).lower()


def test_while_stripe_is_away_an_event_waits_for_the_next_look(stripe_server):
    charge = make_charge()
    payment = checkout.start(charge)
    event = stripe_server.pay(payment.checkout_url)
    stripe_server.is_down = True
    assert report(event).status_code == 200
    [row] = StripeEvent.objects.all()
    assert row.settled_at is None
    stripe_server.is_down = False
    stripe_events.settle(row)
    charge.refresh_from_db()
    assert charge.status == "paid"

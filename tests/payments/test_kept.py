"""What is kept of money: whole in an export, gone with an erasure but for the books, watched."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from appointments.models import Patient, Status
from appointments.patient_records import erasure, export
from core.monitoring.results import Level
from payments import tasks
from payments.collection import card_on_file, checkout, reconciliation, refunds
from payments.health_checks import check_payments
from payments.models import Charge, Payment, Refund, SavedCard, StripeEvent, Superbill
from tests.factories import make_patient
from tests.payments.paying import PRICE, make_books, make_charge, make_visit, report

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def took_place(**values):
    return make_visit(starts_at=timezone.now() - HOUR, status=Status.COMPLETED, **values)


def test_an_export_holds_what_was_asked_for_paid_agreed_to_and_billed(stripe_server):
    visit = took_place(timing="card", patient=make_patient())
    row = card_on_file.start(visit, text="I agree to this.", language="en")
    report(stripe_server.type_card(row.checkout_url))
    visit.service.payment_terms.delete()
    make_books(visit)
    Charge.objects.update(reason="Half of it by phone")
    record = json.dumps(export.collect(visit.patient, by="Robin"), default=str)
    for word in ("Half of it by phone", "I agree to this.", "99213", str(PRICE), "4242"):
        assert word in record


def test_what_staff_wrote_of_money_cannot_be_read_in_the_database(stripe_server):
    visit = took_place()
    visit.service.payment_terms.delete()
    make_books(visit)
    Charge.objects.update(reason="Canaryreason")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason FROM payments_charge UNION SELECT content FROM payments_superbill"
        )
        stored = str(cursor.fetchall())
    assert "Canaryreason" not in stored
    assert "Z00.00" not in stored
    assert Charge.objects.get().reason == "Canaryreason"


def test_an_erasure_leaves_sums_that_name_nobody_and_tells_stripe(stripe_server, settings):
    settings.PATIENT_RECORD_YEARS = 0
    visit = make_visit("card", status=Status.CANCELLED, starts_at=timezone.now() - HOUR)
    for _the_second_replaces_the_first in range(2):
        row = card_on_file.start(visit, text="I agree.", language="en")
        report(stripe_server.type_card(row.checkout_url))
    charge = make_charge(visit, amount=PRICE, reason="Canaryreason")
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    refunds.refund(Payment.objects.get(), amount=100, reason="Canary", by="Robin", key="a" * 22)
    bill = {"diagnoses": ["Z00.00"], "lines": []}
    Superbill.objects.create(appointment=visit, content=bill, issued_at=timezone.now())
    erasure.erase(visit.patient, by="Robin")
    charge.refresh_from_db()
    assert (charge.amount_cents, charge.status, charge.reason) == (PRICE, "paid", "")
    assert (Payment.objects.get().last4, Refund.objects.get().reason) == ("", "")
    assert [card.last4 for card in SavedCard.objects.filter(status="removed")] == [""]
    assert not Superbill.objects.exists()
    assert not Patient.objects.filter(pk=visit.patient_id).exists()
    with time_machine.travel(timezone.now() + HOUR):
        reconciliation.reconcile()
    assert not SavedCard.objects.kept().exists()
    assert not SavedCard.objects.exclude(last4="").exists()
    assert [each["deleted"] for each in stripe_server.of("customer")] == [True]


def test_where_the_law_keeps_the_care_no_card_is_kept_beside_it(stripe_server):
    visit = took_place(timing="card")
    row = card_on_file.start(visit, text="I agree.", language="en")
    report(stripe_server.type_card(row.checkout_url))
    assert erasure.erase(visit.patient, by="Robin")
    with time_machine.travel(timezone.now() + HOUR):
        reconciliation.reconcile()
    assert [each["deleted"] for each in stripe_server.of("customer")] == [True]
    assert not SavedCard.objects.exclude(last4="").exists()


def test_events_are_forgotten_after_their_time(stripe_server):
    report(stripe_server.pay(checkout.start(make_charge()).checkout_url))
    tasks.purge()
    assert StripeEvent.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        tasks.purge()
    assert not StripeEvent.objects.exists()


def test_the_status_says_what_is_not_known_for_hours_and_that_no_report_arrives(stripe_server):
    [found] = check_payments()
    assert found.level == Level.OK
    payment = checkout.start(make_charge())
    with time_machine.travel(timezone.now() + 3 * HOUR):
        [found] = check_payments()
        assert found.level == Level.WARNING
        assert found.figures["payments_waiting"] == 1
    stripe_server.pay(payment.checkout_url)
    tasks.hear_missed()
    stripe_server.dispute(stripe_server.of("payment_intent")[0]["id"])
    tasks.hear_missed()
    tasks.reconcile()
    with time_machine.travel(timezone.now() + 10 * timedelta(minutes=1)):
        tasks.reconcile()
        [found] = check_payments()
    assert (found.level, found.figures["payment_events_missed"]) == (Level.WARNING, 3)


def test_without_stripe_s_key_the_status_says_nothing():
    assert check_payments() == []

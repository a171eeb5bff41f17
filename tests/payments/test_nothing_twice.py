"""Whatever is clicked twice, lost, or told late: nothing is charged twice, and nothing is lost."""

from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from appointments.booking import attendance, visits
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from payments.collection import (
    card_charges,
    card_on_file,
    charges,
    checkout,
    reconciliation,
    refunds,
    settling,
)
from payments.collection.charge_locks import NotPayable, UnderWay
from payments.models import Charge, Payment, Refund, SavedCard, StripeCustomer
from payments.stripe_client import StripeAway
from tests.payments.paying import PRICE, make_charge, make_visit, report

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def keep_card(visit: Appointment, server, method: str = "pm_good", last4: str = "4242"):
    row = card_on_file.start(visit, text="I agree.", language="en")
    report(server.type_card(row.checkout_url, method, last4))
    return card_on_file.find(visit.patient)


def later(span: timedelta):
    return time_machine.travel(timezone.now() + span, tick=False)


def now(row):
    row.refresh_from_db()
    return row


# ── Stripe's page ──


def test_two_clicks_and_two_tabs_lead_to_one_page_that_is_paid_once(stripe_server):
    charge = make_charge()
    first, second = checkout.start(charge), checkout.start(charge)
    assert (first.pk, first.checkout_url) == (second.pk, second.checkout_url)
    report(stripe_server.pay(first.checkout_url))
    assert (now(charge).status, stripe_server.paid) == ("paid", PRICE)
    with pytest.raises(NotPayable):
        checkout.start(charge)
    assert make_charge(charge.appointment) == charge  # it is asked for once


def test_stripe_learns_a_sum_and_the_word_visit_and_nothing_of_anybody(stripe_server):
    visit = make_visit()
    payment = checkout.start(make_charge(visit))
    told = str(stripe_server.asked)
    for secret in (visit.email, visit.patient.last_name, visit.service.name, visit.key):
        assert secret not in told
    [sent] = stripe_server.posts("checkout/sessions")
    [line] = sent["line_items"]
    assert line["price_data"]["product_data"] == {"name": "Visit"}
    assert sent["payment_intent_data"]["statement_descriptor_suffix"] == "VISIT"
    assert sent["metadata"] == {"payment": payment.uid}


def test_a_webhook_twice_late_and_out_of_order_makes_no_difference(stripe_server):
    charge = make_charge()
    payment = checkout.start(charge)
    paid = stripe_server.pay(payment.checkout_url)
    intent_paid = stripe_server.events[-2]
    for event in (paid, intent_paid, paid, intent_paid):
        assert report(event).status_code == 200
    old = {**paid, "id": "evt_old", "type": "checkout.session.expired"}
    old["data"]["object"]["status"] = "expired"
    report(old)
    payment = now(payment)
    assert (payment.status, now(charge).status) == ("succeeded", "paid")
    assert (payment.brand, payment.last4, payment.checkout_url) == ("visa", "4242", "")
    settled = payment.settled_at
    assert not settling.fail(payment, "late")  # by whoever asked before it was paid
    settling.succeed(payment, intent=payment.intent_id)
    assert (now(payment).status, payment.last4, payment.settled_at) == (
        "succeeded",
        "4242",
        settled,
    )


def test_without_any_webhook_the_look_of_every_minute_finds_it_paid(stripe_server):
    charge = make_charge()
    payment = checkout.start(charge)
    stripe_server.pay(payment.checkout_url)
    with later(2 * MINUTE):
        reconciliation.reconcile()
    assert now(charge).status == "paid"


def test_a_page_that_nobody_paid_is_closed_and_another_is_made(stripe_server):
    charge = make_charge()
    first = checkout.start(charge)
    report(stripe_server.close(first.checkout_url))
    assert (now(first).status, now(charge).status) == ("expired", "open")
    assert checkout.start(charge).checkout_url != first.checkout_url


def test_while_stripe_is_away_nothing_is_begun_and_the_next_click_works(stripe_server):
    charge = make_charge()
    stripe_server.is_down = True
    with pytest.raises(StripeAway):
        checkout.start(charge)
    assert not Payment.objects.under_way().exists()
    stripe_server.is_down = False
    assert checkout.start(charge).checkout_url


def test_a_page_whose_making_nobody_saw_the_end_of_is_nobodys(stripe_server):
    charge = make_charge()
    stripe_server.loses_answers = True
    with pytest.raises(StripeAway):
        checkout.start(charge)
    stripe_server.loses_answers = False
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    assert (stripe_server.paid, now(charge).status) == (PRICE, "paid")


def test_a_page_that_a_killed_process_left_without_an_address_is_given_up(stripe_server):
    charge = make_charge()
    moment = timezone.now()
    left = charge.payments.create(
        method="checkout", status="started", amount_cents=PRICE, created_at=moment,
        session_ends_at=moment + HOUR, look_at=moment + MINUTE,
    )  # fmt: skip
    assert checkout.start(charge).pk == left.pk  # it may still be made by somebody
    with later(MINUTE):
        assert checkout.start(charge).pk != left.pk
    assert now(left).status == "expired"


# ── the card that is kept ──


def test_a_card_is_charged_once_however_often_it_is_pressed(stripe_server):
    visit = make_visit("card")
    assert keep_card(visit, stripe_server).last4 == "4242"
    charge = make_charge(visit)
    assert card_charges.charge(charge, by="Desk").status == "succeeded"
    with pytest.raises(NotPayable):
        card_charges.charge(charge, by="Desk")
    assert (stripe_server.paid, now(charge).status) == (PRICE, "paid")
    assert OutgoingEmail.objects.filter(template="payment_news").count() == 1


@pytest.mark.parametrize("trouble", ["loses_answers", "is_down"])
def test_where_no_answer_comes_it_stays_under_way_and_is_found_out(stripe_server, trouble):
    visit = make_visit("card")
    keep_card(visit, stripe_server)
    charge = make_charge(visit)
    setattr(stripe_server, trouble, True)
    payment = card_charges.charge(charge, by="Desk")
    assert payment.status == "started"
    assert card_charges.charge(charge, by="Desk").pk == payment.pk
    for refused in (
        lambda: checkout.start(charge),
        lambda: charges.waive(charge, by="Desk", reason=""),
        lambda: charges.pay_elsewhere(charge, method="cash", note="", by="Desk"),
    ):
        with pytest.raises(UnderWay):
            refused()
    with later(30 * MINUTE):
        reconciliation.reconcile()
        if trouble == "is_down":
            assert now(payment).status == "started"  # still nobody knows
        setattr(stripe_server, trouble, False)
    with later(HOUR):
        reconciliation.reconcile()
    assert (now(payment).status, now(charge).status) == ("succeeded", "paid")
    assert stripe_server.paid == PRICE


def test_an_error_that_stripe_keeps_ends_the_attempt_and_the_next_one_charges_once(stripe_server):
    visit = make_visit("card")
    keep_card(visit, stripe_server)
    charge = make_charge(visit)
    stripe_server.fails = True
    payment = card_charges.charge(charge, by="Desk")
    stripe_server.fails = False
    with later(2 * MINUTE):
        reconciliation.reconcile()
    assert (now(payment).status, payment.failure) == ("failed", "away")
    assert refunds.left_of(payment) == 0
    assert card_charges.charge(charge, by="Desk").status == "succeeded"
    assert stripe_server.paid == PRICE


@pytest.mark.parametrize(
    ("method", "code"),
    [("pm_declined", "insufficient_funds"), ("pm_3ds", "authentication_required")],
)
def test_a_declined_card_leaves_the_charge_to_the_patient_who_is_told(stripe_server, method, code):
    visit = make_visit("card")
    keep_card(visit, stripe_server, method)
    charge = make_charge(visit)
    payment = card_charges.charge(charge, by="Desk")
    assert (payment.status, payment.failure) == ("failed", code)
    report(stripe_server.events[-1])
    [mail] = OutgoingEmail.objects.filter(template="payment_news")
    assert code not in mail.text
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    assert (now(charge).status, stripe_server.paid) == ("paid", PRICE)


def test_what_comes_late_after_it_was_paid_in_cash_is_shown_as_paid_twice(stripe_server):
    charge = make_charge()
    payment = checkout.start(charge)
    url = payment.checkout_url
    checkout.close(payment)
    charges.pay_elsewhere(charge, method="cash", note="", by="Desk")
    assert stripe_server._session(url)["status"] == "expired"
    stripe_server._session(url)["status"] = "open"  # what Stripe never does
    report(stripe_server.pay(url))
    assert now(payment).status == "extra"
    refunds.refund(payment, amount=PRICE, reason="Twice", by="Desk", key="k" * 22)
    assert (now(charge).status, stripe_server.paid) == ("paid", 0)


def test_the_newest_card_is_kept_and_the_one_before_is_forgotten_at_stripe(stripe_server):
    visit = make_visit("card")
    first = keep_card(visit, stripe_server, last4="1111")
    second = keep_card(visit, stripe_server, last4="2222")
    assert (now(first).status, second.last4) == ("removed", "2222")
    with later(MINUTE):
        reconciliation.reconcile()
    assert stripe_server.objects[first.method_id]["customer"] is None
    assert card_on_file.remove(visit.patient)
    assert card_on_file.find(visit.patient) is None
    with pytest.raises(card_charges.NoCard):
        card_charges.charge(make_charge(visit), by="Desk")
    asked = [
        card_on_file.start(visit, text=text, language="en").pk
        for text in ("I agree.", "I agree.", "I agree to $60.")
    ]
    assert asked[0] == asked[1] != asked[2]  # other words are agreed to anew


def test_a_patient_who_is_gone_here_is_forgotten_at_stripe(stripe_server):
    visit = make_visit("card")
    keep_card(visit, stripe_server)
    StripeCustomer.objects.update(patient=None)
    reconciliation.reconcile()
    assert [each["deleted"] for each in stripe_server.of("customer")] == [True]
    assert not SavedCard.objects.kept().exists()


# ── giving back ──


def paid_charge(server) -> tuple[Charge, Payment]:
    charge = make_charge()
    payment = checkout.start(charge)
    report(server.pay(payment.checkout_url))
    return now(charge), now(payment)


def test_a_form_that_is_sent_twice_gives_back_once_and_never_more_than_was_paid(stripe_server):
    charge, payment = paid_charge(stripe_server)
    for _ in range(2):
        refunds.refund(payment, amount=4_900, reason="Late", by="Desk", key="a" * 22)
    assert stripe_server.paid == 10_000
    with pytest.raises(refunds.TooMuch) as refused:
        refunds.refund(payment, amount=10_001, reason="", by="Desk", key="b" * 22)
    assert refused.value.left == 10_000
    for nothing in (0, -1):
        with pytest.raises(refunds.TooMuch):
            refunds.refund(payment, amount=nothing, reason="", by="Desk", key="d" * 22)
    refunds.refund(payment, amount=10_000, reason="All", by="Desk", key="c" * 22)
    assert (stripe_server.paid, now(charge).status) == (0, "refunded")


def test_a_refund_without_an_answer_is_found_out_and_one_that_fails_counts_no_more(stripe_server):
    charge, payment = paid_charge(stripe_server)
    stripe_server.loses_answers = True
    row = refunds.refund(payment, amount=PRICE, reason="x", by="Desk", key="a" * 22)
    assert row.status == "started"
    stripe_server.loses_answers = False
    with pytest.raises(refunds.TooMuch):  # what is on its way is given back
        refunds.refund(payment, amount=1, reason="x", by="Desk", key="b" * 22)
    with later(5 * MINUTE):
        reconciliation.reconcile()
    assert (now(row).status, now(charge).status, stripe_server.paid) == ("succeeded", "refunded", 0)
    [made] = stripe_server.of("refund")
    made |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    report(stripe_server.tell("refund.failed", made))
    assert (now(row).status, now(charge).status) == ("failed", "paid")
    assert refunds.left_of(payment) == PRICE


def test_an_error_that_stripe_keeps_ends_the_refund_which_is_asked_for_by_one_key(stripe_server):
    _charge, payment = paid_charge(stripe_server)
    stripe_server.fails = True
    row = refunds.refund(payment, amount=PRICE, reason="x", by="Desk", key="a" * 22)
    stripe_server.fails = False
    with later(5 * MINUTE):
        reconciliation.reconcile()
    assert (now(row).status, stripe_server.paid) == ("failed", PRICE)


def test_what_is_given_back_in_stripes_own_pages_is_known_here_without_a_webhook(stripe_server):
    _charge, payment = paid_charge(stripe_server)
    stripe_server.give_back(payment.intent_id, 1_000)
    assert reconciliation.hear_missed() == 2  # one had come by webhook
    with later(5 * MINUTE):
        reconciliation.reconcile()
    [row] = Refund.objects.all()
    assert (row.amount_cents, row.status, row.made_by) == (1_000, "succeeded", "")


def test_a_disputed_payment_is_noted_until_it_is_won(stripe_server):
    _charge, payment = paid_charge(stripe_server)
    report(stripe_server.dispute(payment.intent_id))
    assert now(payment).disputed_at
    [dispute] = stripe_server.of("dispute")
    dispute["status"] = "won"
    report(stripe_server.tell("charge.dispute.closed", dispute))
    assert now(payment).disputed_at is None


# ── what becomes of the visit ──


def test_a_visit_that_is_cancelled_while_it_is_paid_keeps_the_money_in_sight(stripe_server):
    visit = make_visit()
    charge = make_charge(visit)
    payment = checkout.start(charge)
    visits.cancel(visit)
    assert now(charge).status == "waived"
    report(stripe_server.pay(payment.checkout_url))
    assert (now(charge).status, now(payment).status) == ("paid", "succeeded")


def test_the_open_page_of_a_cancelled_visit_is_closed_at_stripe(stripe_server):
    visit = make_visit()
    payment = checkout.start(make_charge(visit))
    url = payment.checkout_url
    visits.cancel(visit)
    reconciliation.reconcile()
    assert (now(payment).status, stripe_server._session(url)["status"]) == ("expired", "expired")


def test_what_is_paid_after_the_visit_is_asked_for_then_and_taken_back_with_a_slip(stripe_server):
    visit = make_visit("after", starts_at=timezone.now() - HOUR)
    attendance.complete(visit, by="Desk")
    [charge] = Charge.objects.all()
    assert (charge.amount_cents, charge.status) == (PRICE, "open")
    [mail] = OutgoingEmail.objects.filter(template="payment_news")
    assert mail.due_at > mail.created_at + 2 * MINUTE
    attendance.undo(Appointment.objects.get(pk=visit.pk), by="Desk")
    assert now(charge).status == "waived"


def test_booking_and_everything_else_go_on_while_stripe_is_away(stripe_server):
    stripe_server.is_down = True
    visit = make_visit("booking", starts_at=timezone.now() - HOUR)
    attendance.complete(visit, by="Desk")
    assert Appointment.objects.get(pk=visit.pk).status == Status.COMPLETED
    assert Charge.objects.open().exists()


# ── two at once ──


@pytest.mark.django_db(transaction=True)
def test_of_two_who_charge_at_once_one_charges(stripe_server):
    visit = make_visit("card")
    keep_card(visit, stripe_server)
    charge = make_charge(visit)
    found: list[object] = []

    def press() -> None:
        try:
            found.append(card_charges.charge(charge, by="Desk").status)
        except NotPayable as refused:
            found.append(refused)
        finally:
            connection.close()

    several = [Thread(target=press) for _ in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join()
    assert stripe_server.paid == PRICE
    assert len(stripe_server.posts("payment_intents")) == 1
    assert "succeeded" in found

"""The desk asks, charges, notes, gives back and bills: with a reason, once, and only who may."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking import attendance
from appointments.models import Appointment, Patient, Status
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from payments.collection import (
    card_on_file,
    charges,
    checkout,
    no_show_fees,
    refunds,
    superbills,
)
from payments.collection.charge_locks import NotPayable
from payments.models import Charge, Payment, PaymentTerms, Refund, Superbill
from tests.core.staff.people import make_staff, sign_in
from tests.payments.paying import PRICE, make_books, make_charge, make_visit, report
from tests.visitor import Page, Visitor, in_process
from visits import encounter
from visits.models import StartCheck

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
HOUR = timedelta(hours=1)


def at_the_desk(role: str = "front desk") -> Visitor:
    client = Client()
    sign_in(client, make_staff(role))
    client.handler.enforce_csrf_checks = True
    return in_process(client)


def page_of(visit: Appointment) -> str:
    return reverse("admin:payments_visit", args=[visit.pk])


def took_place(**values) -> Appointment:
    return make_visit(starts_at=timezone.now() - HOUR, status=Status.COMPLETED, **values)


def missed(**values) -> Appointment:
    return make_visit(**{"starts_at": timezone.now() - 2 * HOUR, "status": Status.NO_SHOW} | values)


def keep_card(visit: Appointment, server, method: str = "pm_good") -> None:
    row = card_on_file.start(visit, text="I agree.", language="en")
    report(server.type_card(row.checkout_url, method))


def press(visitor: Visitor, page: Page, words: str, **answers: str) -> Page:
    return visitor.submit(page, press=words, **answers)


def test_the_desk_asks_for_a_visit_charges_the_card_and_gives_some_back(stripe_server):
    visit = took_place(timing="card")
    keep_card(visit, stripe_server)
    visitor = at_the_desk()
    page = visitor.get(reverse("admin:appointments_appointment_change", args=[visit.pk]))
    assert page_of(visit) in page.text
    page = visitor.get(page_of(visit))
    page = press(visitor, page, "Ask for it", amount="120")
    assert "Say why it is not the price" in page.text
    page = press(visitor, page, "Ask for it", amount="120", reason="Half of it by phone")
    page = press(visitor, page, "Charge $120 to Visa •••• 4242")
    assert "The card was charged" in page.text
    assert stripe_server.paid == 12_000
    page = press(visitor, page, "Give back", amount="200", reason="Too much")
    assert "At most $120 of it can be given back." in page.text
    page = press(visitor, page, "Give back", amount="20", reason="")
    assert "This field is required" in page.text
    page = press(visitor, page, "Give back", amount="20", reason="They waited")
    assert "It was given back." in page.text
    assert stripe_server.paid == 10_000
    [refund] = Refund.objects.all()
    assert (refund.reason, refund.made_by) == ("They waited", "Robin Example")
    receipt = visitor.get(reverse("admin:payments_receipt", args=[Payment.objects.get().pk]))
    assert receipt.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'


def test_every_view_and_step_is_in_the_trail(stripe_server):
    visit = took_place()
    visitor = at_the_desk()
    page = visitor.get(page_of(visit))
    press(visitor, page, "Ask for it")
    seen = AuditEvent.objects.filter(model="appointments.appointment")
    assert str(visit.pk) in str(list(seen.values_list("object_pks", flat=True)))
    assert AuditEvent.objects.filter(action="act:payments_visit").exists()


def test_what_is_paid_in_cash_closes_the_page_at_stripe_first(stripe_server):
    visit = took_place()
    charge = make_charge(visit)
    payment = checkout.start(charge)
    url, visitor = payment.checkout_url, at_the_desk()
    page = visitor.get(page_of(visit))
    stripe_server.is_down = True
    page = press(visitor, page, "Note as paid", method="cash", note="Box 2")
    assert "Nothing was changed" in page.text
    stripe_server.is_down = False
    page = press(visitor, page, "Note as paid", method="cash", note="Box 2")
    assert "Noted as paid." in page.text
    assert stripe_server._session(url)["status"] == "expired"
    charge.refresh_from_db()
    assert charge.status == "paid"


def test_a_declined_card_is_explained_and_the_patient_is_told(stripe_server):
    visit = took_place(timing="card")
    keep_card(visit, stripe_server, "pm_3ds")
    make_charge(visit)
    visitor = at_the_desk()
    page = press(visitor, visitor.get(page_of(visit)), "Charge $149")
    assert "The bank wants the patient to confirm it" in page.text
    assert OutgoingEmail.objects.filter(template="payment_news", to=visit.email).exists()
    assert "A payment failed" in visitor.get(reverse("admin:payments_open")).text


# ── fees ──


def test_a_fee_for_a_missed_visit_needs_a_reason_and_is_paid_like_a_visit(stripe_server):
    visit = missed()
    visitor = at_the_desk()
    page = visitor.get(page_of(visit))
    page = press(visitor, page, "Ask for the fee", reason="")
    assert "This field is required" in page.text
    page = press(visitor, page, "Ask for the fee", reason="Third time")
    [charge] = Charge.objects.all()
    assert (charge.kind, charge.amount_cents, charge.reason) == ("no_show", 5_000, "Third time")
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    assert stripe_server.paid == 5_000


@pytest.mark.parametrize("kind", ["knocked", "check_passed", "check_failed", "by_phone"])
def test_there_is_no_fee_where_the_log_shows_that_the_patient_tried(kind):
    visit = missed()
    with time_machine.travel(visit.starts_at):
        encounter.note_event(encounter.open_room(visit), "patient", kind)
    refused(visit, "came, or tried to come in")


def token_on(page: Page) -> str:
    fields = [form.fields for form in page.forms]
    return next(each["csrfmiddlewaretoken"] for each in fields if "csrfmiddlewaretoken" in each)


def refused(visit: Appointment, why: str) -> None:
    visitor = at_the_desk()
    page = visitor.get(page_of(visit))
    assert why in page.text
    assert "Ask for the fee" not in page.text
    token = token_on(page)
    sent = {"step": "fee", "amount": "50", "reason": "x", "csrfmiddlewaretoken": token}
    assert why in visitor.post(page_of(visit), sent).text
    assert not Charge.objects.exists()


def test_there_is_no_fee_where_somebody_spoke_with_the_patient():
    visit = missed()
    StartCheck.objects.create(
        visit=encounter.open_room(visit), at=timezone.now(), account=1, state="TN",
        licensed=True, identity="seen", free_to_talk=True,
    )  # fmt: skip
    refused(visit, "Somebody spoke with the patient")


def test_there_is_no_fee_for_a_visit_by_phone_that_nobody_called_for(stripe_server):
    visit = missed()
    visit.service.channel = "phone"
    visit.service.save()
    refused(visit, "no call to the patient is noted")
    early = visit.starts_at - timedelta(minutes=20)
    Appointment.objects.filter(pk=visit.pk).update(called_at=early)
    refused(visit, "no call to the patient is noted")
    Appointment.objects.filter(pk=visit.pk).update(called_at=visit.starts_at)
    visitor = at_the_desk()
    press(visitor, visitor.get(page_of(visit)), "Ask for the fee", reason="No answer")
    assert Charge.objects.get().kind == "no_show"


def test_there_is_no_fee_for_a_visit_that_was_not_missed(stripe_server):
    visit = took_place()
    with pytest.raises(no_show_fees.NoFee):
        no_show_fees.owe_fee(visit, amount=5_000, by="Desk", reason="x")
    assert "Ask for the fee" not in at_the_desk().get(page_of(visit)).text
    long_ago = missed(starts_at=timezone.now() - timedelta(days=61))
    with pytest.raises(no_show_fees.NoFee):
        no_show_fees.owe_fee(long_ago, amount=5_000, by="Desk", reason="x")
    for amount in (-5_000, 0, 1_000_001):
        with pytest.raises(NotPayable):
            no_show_fees.owe_fee(missed(), amount=amount, by="Desk", reason="x")
    assert not Charge.objects.exists()


@pytest.mark.parametrize("timing", ["never", "booking", "after"])
def test_the_fee_of_a_visit_that_was_not_missed_after_all_is_asked_for_no_more(
    stripe_server, timing
):
    visit = make_visit(timing, starts_at=timezone.now() - HOUR)
    attendance.no_show(visit, by="Sam")
    visit.refresh_from_db()
    fee = no_show_fees.owe_fee(visit, amount=5_000, by="Desk", reason="x")
    attendance.undo(visit, by="Sam")
    fee.refresh_from_db()
    assert fee.status == "waived"


# ── lists, rights ──


def test_what_was_paid_of_a_visit_that_is_off_stands_on_the_first_page(stripe_server):
    visit = make_visit()
    report(stripe_server.pay(checkout.start(make_charge(visit)).checkout_url))
    Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    visitor = at_the_desk()
    to_do = visitor.get(reverse("admin:to_do")).text
    assert "1 payment is to be looked at" in to_do
    assert visit.patient.last_name not in to_do.partition("Payments</h2>")[2][:600]
    page = visitor.get(reverse("admin:payments_open") + "?show=look")
    assert "Paid, and the visit is off" in page.text


def test_roles_see_and_do_what_is_theirs(stripe_server):
    visit = took_place()
    report(stripe_server.pay(checkout.start(make_charge(visit)).checkout_url))
    may = {"front desk": 200, "clinician": 200, "manager": 200, "privacy officer": 200}
    for role in ("front desk", "clinician", "manager", "privacy officer", "editor"):
        visitor = at_the_desk(role)
        page = visitor.get(page_of(visit))
        assert page.status == may.get(role, 403), role
        gives_back = role in ("front desk", "manager")
        assert ("Give back" in page.text) == gives_back, role
        assert ("Issue the superbill" in page.text) == (role not in ("privacy officer", "editor"))
        assert (visitor.get(reverse("admin:figures_money")).status == 200) == (role == "manager")
    clinician = at_the_desk("clinician")
    token = token_on(clinician.get(page_of(visit)))
    for step in ("refund", "waive", "card", "elsewhere", "fee", "nothing"):
        sent = {"step": step, "csrfmiddlewaretoken": token}
        assert clinician.post(page_of(visit), sent).status == 403


def test_files_of_money_and_restricted_visits_are_for_who_may_see_them(stripe_server):
    visit = took_place()
    visit.service.payment_terms.delete()
    _charge, payment, bill, *_others = make_books(visit)
    receipt = reverse("admin:payments_receipt", args=[payment.pk])
    superbill = reverse("admin:payments_superbill", args=[bill.pk])
    for role, of_receipt, of_superbill in (
        ("front desk", 200, 200),
        ("privacy officer", 200, 403),
        ("editor", 403, 403),
    ):
        visitor = at_the_desk(role)
        got = (visitor.get(receipt).status, visitor.get(superbill).status)
        assert got == (of_receipt, of_superbill), role
        assert (superbill in visitor.get(page_of(visit)).text) == (of_superbill == 200), role
    Patient.objects.filter(pk=visit.patient_id).update(restricted_at=timezone.now())
    late = {"starts_at": timezone.now() - timedelta(days=3), "status": Status.COMPLETED}
    past = make_visit(patient=visit.patient, service=visit.service, **late)
    assert at_the_desk().get(page_of(past)).status == 404
    assert at_the_desk("manager").get(page_of(past)).status == 200


def test_a_step_is_about_this_visit_and_no_other(stripe_server):
    visit, other = took_place(), took_place()
    charge = make_charge(other)
    open_charge = make_charge(took_place())
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    visitor = at_the_desk()
    token = token_on(visitor.get(page_of(visit)))
    payment = Payment.objects.get().uid
    for sent in (
        {"step": "refund", "payment": payment, "amount": "1", "reason": "x", "key": "k" * 22},
        {"step": "waive", "charge": open_charge.uid, "reason": "x"},
        {"step": "elsewhere", "charge": open_charge.uid, "method": "cash"},
    ):
        sent["csrfmiddlewaretoken"] = token
        assert visitor.post(page_of(visit), sent).status == 404, sent
    open_charge.refresh_from_db()
    assert (open_charge.status, stripe_server.paid) == ("open", PRICE)


# ── superbills ──


def test_a_superbill_has_the_codes_that_were_typed_and_no_others(stripe_server):
    visit = took_place()
    visitor = at_the_desk("clinician")
    page = visitor.get(page_of(visit))
    assert "F11" not in page.text.replace("They look like F11.20", "")
    wrong = {"diagnoses": "F11.2O", "code_1": "9921"}
    page = press(visitor, page, "Issue the superbill", **wrong)
    assert "No ICD-10-CM code" in page.text
    assert "A code looks like 99213" in page.text
    assert 'value="9921"' in page.text
    typed = {"diagnoses": "f11.20, z79.891", "code_1": "99214", "modifiers_1": "95"}
    press(visitor, page, "Issue the superbill", **typed, description_1="Office visit")
    [bill] = Superbill.objects.all()
    assert bill.content["diagnoses"] == ["F11.20", "Z79.891"]
    [line] = bill.content["lines"]
    assert (line["code"], line["modifiers"], line["cents"]) == ("99214", ["95"], PRICE)
    file = visitor.get(reverse("admin:payments_superbill", args=[bill.pk]))
    assert file.headers["Content-Disposition"] == 'attachment; filename="statement.pdf"'
    page = press(visitor, visitor.get(page_of(visit)), "Issue the superbill", **typed)
    assert Superbill.objects.standing().count() == 1  # it replaced the other
    coming = make_visit(service=visit.service)
    with pytest.raises(superbills.NothingToBill):
        superbills.issue(coming, lines=[], diagnoses=[], place_of_service="10", by="Robin")


def test_a_superbill_says_what_the_patient_paid_less_what_was_given_back(stripe_server):
    visit, insured = took_place(), took_place()
    report(stripe_server.pay(checkout.start(make_charge(visit)).checkout_url))
    refunds.refund(Payment.objects.get(), amount=4_900, reason="x", by="Desk", key="a" * 22)
    assert superbills.paid_for(visit) == PRICE - 4_900
    charges.pay_elsewhere(make_charge(insured), method="insurance", note="", by="Desk")
    assert superbills.paid_for(insured) == 0


# ── settings and figures ──


def test_managers_set_terms_and_numbers_that_are_checked(stripe_server):
    visit = make_visit()
    visitor = at_the_desk("manager")
    terms = PaymentTerms.objects.get()
    page = visitor.get(reverse("admin:payments_paymentterms_change", args=[terms.pk]))
    visitor.submit(page, press="Save", timing="after", no_show_fee_cents="75")
    terms.refresh_from_db()
    assert (terms.timing, terms.no_show_fee_cents) == ("after", 7_500)
    page = visitor.get(reverse("admin:payments_providerbilling_add"))
    page = visitor.submit(page, press="Save", provider=str(visit.provider.pk), npi="1234567890")
    assert "This is no NPI" in page.text
    page = visitor.submit(page, press="Save", provider=str(visit.provider.pk), npi="1234567893")
    assert "This is no NPI" not in page.text


def test_figures_count_what_was_paid_and_given_back(stripe_server):
    visit = took_place()
    report(stripe_server.pay(checkout.start(make_charge(visit)).checkout_url))
    other = took_place(service=visit.service)
    charges.pay_elsewhere(make_charge(other), method="cash", note="", by="Desk")
    page = at_the_desk("manager").get(reverse("admin:figures_money"))
    assert page.text.count("$149") >= 4
    assert visit.patient.last_name not in page.text

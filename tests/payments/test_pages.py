"""What patients see and press: by a private link, inside their account, and back from Stripe."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import links as visit_links
from appointments.models import Appointment, Patient, Status
from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText
from payments import emails, links
from payments.collection import card_on_file, charges, checkout, superbills
from payments.models import Charge, Payment, SavedCard
from portal import contact_preferences
from tests.core.sms.factories import NUMBER, agree
from tests.factories import make_appointment, make_patient, monday
from tests.pages.factories import make_practice
from tests.payments.paying import (
    PRICE,
    make_books,
    make_charge,
    make_visit,
    report,
    set_status,
)
from tests.portal.signing_in import add_patient, make_account, sign_in, sign_in_to
from tests.visitor import Page, in_process

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def guest_page(visit: Appointment) -> str:
    return links.mailed_page(visit)


def stripes_address(page: Page) -> str:
    """Where the page in between leads by itself."""
    return page.headers["Refresh"].removeprefix("0; url=")


def test_somebody_books_opens_the_mailed_page_pays_and_has_a_receipt(stripe_server):
    make_practice()
    visit = make_visit()
    visitor = in_process()
    page = visitor.get(visit_links.page(visit))
    assert "To pay: $149" in page.text
    page = visitor.get(guest_page(visit))
    between = visitor.press(page, "Pay $149")
    assert "no-store" in between.headers["Cache-Control"]
    assert "form-action 'self'" in between.headers["Content-Security-Policy"]
    url = stripes_address(between)
    event = stripe_server.pay(url)
    [sent] = stripe_server.posts("checkout/sessions")
    back = visitor.get(sent["success_url"])  # before any webhook
    assert "Not finished yet" in back.text
    assert 'data-look-again-after="4"' in back.text
    report(event)
    back = visitor.get(sent["success_url"])
    assert "Thank you. It is paid." in back.text
    for secret in (visit.patient.last_name, visit.patient.first_name, visit.email):
        assert secret not in back.text
    assert guest_page(visit) in back.text  # this browser's own cookie says so
    assert guest_page(visit) not in in_process().get(sent["success_url"]).text
    page = visitor.get(guest_page(visit))
    assert "Visa •••• 4242" in page.text
    address = re.search(r'href="([^"]+/receipts/[^"]+)"', page.text)[1]
    receipt = Client().get(address)
    assert receipt.content.startswith(b"%PDF")
    assert receipt["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert "no-store" in receipt["Cache-Control"]


def test_news_of_a_payment_comes_by_text_once_to_who_agreed_and_its_link_shows_the_sum_alone(
    stripe_server, settings
):
    settings.SMS_PROVIDERS = ["development://"]
    make_practice()
    visit = make_visit("after", starts_at=monday("10:00", weeks=-2), phone=NUMBER, by_text=True)
    charge = make_charge(set_status(visit, Status.COMPLETED))
    emails.payment_news(charge)
    assert not OutgoingText.objects.exists()  # nobody has agreed at that number
    agree(NUMBER)
    for _twice in range(2):
        emails.payment_news(charge)
    [text] = OutgoingText.objects.all()
    assert (text.to, text.template, text.about) == (
        NUMBER,
        "payment_news",
        f"appointment:{visit.pk}",
    )
    assert "149" not in text.text
    [link] = re.findall(r"https?://[^ ]+", text.text)
    visitor = in_process()
    page = visitor.get(urlsplit(link).path)
    assert "Pay $149" in page.text
    assert "Back to my visit" not in page.text  # the link of a text to the visit has ended
    assert "no-store" in page.headers["Cache-Control"]
    pay = visitor.press(page, "Pay $149")
    report(stripe_server.pay(stripes_address(pay)))
    page = visitor.get(urlsplit(link).path)
    assert "Paid on" in page.text
    assert "4242" not in page.text
    assert "/receipts/" not in page.text
    own = Client().get(links.texted_page(visit))
    assert own.status_code == 200
    Appointment.objects.filter(pk=visit.pk).update(phone="+16155550199")
    assert Client().get(urlsplit(link).path).status_code == 404
    assert Client().get(links.texted_page(visit)).status_code == 404
    Appointment.objects.filter(pk=visit.pk).update(phone=NUMBER)
    with time_machine.travel(timezone.now() + links.TEXTED_FOR + HOUR):
        assert Client().get(own.wsgi_request.path).status_code == 404


def test_a_text_about_a_payment_follows_what_was_chosen_later_and_never_a_restricted_record(
    stripe_server, settings
):
    settings.SMS_PROVIDERS = ["development://"]
    patient = make_patient(phone=NUMBER)
    visit = make_visit("after", patient=patient, phone=NUMBER, email="")
    charge = make_charge(visit)
    agree(NUMBER)
    emails.payment_news(charge)
    assert not OutgoingText.objects.exists()  # not for this visit
    contact_preferences.choose(patient, by_mail=False, contact="call", language="es", by_text=True)
    Appointment.objects.filter(pk=visit.pk).update(by_text=False)  # it was over by then
    charge = Charge.objects.get(pk=charge.pk)
    emails.payment_news(charge)
    assert "hay algo nuevo" in OutgoingText.objects.get().text
    assert not OutgoingEmail.objects.exists()
    OutgoingText.objects.all().delete()
    Patient.objects.filter(pk=patient.pk).update(restricted_at=timezone.now())
    emails.payment_news(Charge.objects.get(pk=charge.pk))
    assert not OutgoingText.objects.exists()


def test_nothing_that_goes_to_stripe_opens_a_private_page(stripe_server):
    visit = make_visit()
    checkout.start(make_charge(visit))
    [sent] = stripe_server.posts("checkout/sessions")
    path = urlsplit(sent["success_url"]).path
    token = path.rstrip("/").rpartition("/")[2]
    assert Client().get(path).status_code == 200
    for other in (f"/payments/{token}/", f"/appointments/{token}/"):
        assert Client().get(other).status_code == 404
    with time_machine.travel(timezone.now() + 25 * HOUR):
        assert Client().get(path).status_code == 404


def test_while_stripe_is_away_the_page_says_so_and_the_visit_stays_booked(stripe_server):
    visit = make_visit()
    stripe_server.is_down = True
    visitor = in_process()
    page = visitor.press(visitor.get(guest_page(visit)), "Pay $149")
    assert "Paying does not work at the moment" in page.text
    assert Appointment.objects.get(pk=visit.pk).status == Status.BOOKED
    stripe_server.is_down = False
    assert "One moment" in visitor.press(page, "Pay $149").text


def test_a_browser_that_proved_no_address_pays_and_sees_nothing_else(stripe_server):
    """Neither a card, nor a receipt with a name, nor anything that tells of other visits."""
    visit = make_visit("card")
    card = card_on_file.start(visit, text="I agree.", language="en")
    report(stripe_server.type_card(card.checkout_url))
    charge = make_charge(visit)
    link = visit_links.PrivateLink(visit, "", mailed=False)
    page = in_process().get(links.page(link))
    assert "Pay $149" in page.text
    assert "4242" not in page.text
    assert "Remove this card" not in page.text
    for name in ("keep_card", "remove_card"):
        assert Client().post(links.page(link, name), {"agree": "yes"}).status_code == 404
    report(stripe_server.pay(checkout.start(charge).checkout_url))
    [payment] = Payment.objects.all()
    assert "receipt" not in in_process().get(links.page(link)).text.lower()
    assert Client().get(links.page(link, "receipt", payment.uid)).status_code == 404


def test_a_visit_that_waits_without_saying_so_is_paid_like_any_other(stripe_server):
    """Its page must not tell that the address has many visits: see `shown_status`."""
    booked = make_visit()
    held = make_visit(
        status=Status.HELD, held_until=timezone.now() + HOUR, service=booked.service,
        starts_at=booked.starts_at + HOUR,
    )  # fmt: skip
    pages = [
        in_process().get(links.page(visit_links.PrivateLink(visit, "", mailed=False)))
        for visit in (booked, held)
    ]
    assert all("Pay $149" in page.text for page in pages)
    report(stripe_server.pay(checkout.start(charges.owe_visit(held)).checkout_url))
    set_status(held, Status.EXPIRED)
    assert Charge.objects.get(appointment=held).status == "paid"


def test_a_card_is_kept_by_who_agrees_and_removed_at_once(stripe_server):
    visit = make_visit("card")
    visitor = in_process()
    page = visitor.get(guest_page(visit))
    assert "up to $50" in page.text
    assert "nothing where I tried to come in and could not" in page.text
    between = visitor.submit(page, press="Keep a card", agree=True)
    [row] = SavedCard.objects.all()
    assert "I can remove the card" in row.agreed_text
    stripe_server.type_card(stripes_address(between))
    # Without a webhook: whoever comes back presses, and is told at once.
    client = Client()
    client.post(links.page(visit_links.PrivateLink(visit, "", mailed=True), "check"))
    page = visitor.get(guest_page(visit))
    assert "Visa •••• 4242" in page.text
    page = visitor.press(page, "Remove this card")
    assert "Visa" not in page.text


def test_whoever_does_not_agree_keeps_no_card(stripe_server):
    visit = make_visit("card")
    path = links.page(visit_links.PrivateLink(visit, "", mailed=True), "keep_card")
    assert Client().post(path).status_code == 302
    assert not SavedCard.objects.exists()


def test_links_of_others_of_the_past_and_of_a_corrected_address_open_nothing(stripe_server):
    visit = make_visit()
    other = make_charge(make_visit(service=visit.service, starts_at=visit.starts_at + HOUR))
    link = visit_links.PrivateLink(visit, "", mailed=True)
    assert Client().post(links.page(link, "pay"), {"charge": other.uid}).status_code == 404
    for token in (visit_links.token(visit), links.HANDED.sign(visit.key)[:-2] + "AA"):
        assert Client().get(f"/payments/{token}/").status_code == 404
    with time_machine.travel(visit.ends_at + timedelta(days=32)):
        assert Client().get(guest_page(visit)).status_code == 410


def test_a_network_that_presses_all_the_time_is_refused_before_stripe_is_asked(
    stripe_server, settings, client
):
    settings.LIMITS = settings.LIMITS | {"changes": "1/hour"}
    visit = make_visit()
    make_charge(visit)
    path = links.page(visit_links.PrivateLink(visit, "", mailed=True), "pay")
    assert [client.post(path).status_code for _ in range(2)] == [302, 429]


def test_getting_a_page_changes_nothing_and_asks_stripe_nothing(stripe_server):
    visit = make_visit()
    charge = make_charge(visit)
    payment = checkout.start(charge)
    asked = len(stripe_server.asked)
    link = visit_links.PrivateLink(visit, "", mailed=True)
    paths = [guest_page(visit), links.page(link, "go", payment.uid)]
    for path in (*paths, urlsplit(links.returned(payment.uid)).path):
        assert Client().get(path).status_code == 200
    for name in ("pay", "check", "keep_card", "remove_card"):
        assert Client().get(links.page(link, name)).status_code == 405
    assert len(stripe_server.asked) == asked
    assert Payment.objects.get().status == "started"


def test_the_pages_are_spanish_where_they_are_asked_so(stripe_server):
    visit = make_visit(language="es")
    visitor = in_process()
    page = visitor.get("/es" + guest_page(visit))
    assert "Sus pagos" in page.text
    between = visitor.press(page, "Pagar $149")
    assert "Un momento" in between.text
    [sent] = stripe_server.posts("checkout/sessions")
    assert sent["locale"] == "es"
    assert urlsplit(sent["success_url"]).path.startswith("/es/payments/returned/")


# ── inside the account ──


def test_inside_the_account_all_visits_are_paid_and_no_stranger_s(stripe_server):
    visit = make_visit()
    make_charge(visit)
    client = Client()
    sign_in(client, visit.patient)
    assert "$149" in client.get(reverse("portal:home")).content.decode()
    page = client.get(reverse("payments:my_payments"))
    assert "$149" in page.content.decode()
    assert page["Cache-Control"].startswith("no-store")
    own = reverse("payments:my_visit", args=[visit.pk])
    assert "Pay $149" in client.get(own).content.decode()
    answer = client.post(reverse("payments:my_pay", args=[visit.pk]))
    assert client.get(answer.url).status_code == 200
    stranger = make_appointment(
        patient=make_patient(), service=visit.service, starts_at=visit.starts_at + HOUR
    )
    foreign = make_charge(stranger, amount=PRICE)
    names = ("visit", "pay", "check", "keep_card", "remove_card")
    for name in names:
        path = reverse(f"payments:my_{name}", args=[stranger.pk])
        call = client.get if name == "visit" else client.post
        assert call(path, {"charge": foreign.uid, "agree": "yes"}).status_code == 404
    assert Client().get(own).status_code == 302
    assert Client().post(reverse("payments:my_pay", args=[visit.pk])).status_code == 302
    assert Payment.objects.count() == 1


def test_a_superbill_is_the_patient_s_alone(settings):
    now = timezone.now()
    visit = make_visit(starts_at=now - HOUR, status=Status.COMPLETED, created=now)
    bill = make_books_of(visit)
    link = visit_links.PrivateLink(visit, "", mailed=True)
    answer = Client().get(links.page(link, "superbill", bill.uid))
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == 'attachment; filename="statement.pdf"'
    handed = visit_links.PrivateLink(visit, "", mailed=False)
    assert Client().get(links.page(handed, "superbill", bill.uid)).status_code == 404
    assert "Statement for your insurance" in in_process().get(guest_page(visit)).text
    assert "Statement for your insurance" not in in_process().get(links.page(handed)).text
    other = make_visit(starts_at=now - 3 * HOUR, service=visit.service, created=now)
    paid = Payment.objects.get()
    theirs = visit_links.PrivateLink(other, "", mailed=True)
    for name, uid in (("superbill", bill.uid), ("receipt", paid.uid), ("go", paid.uid)):
        assert Client().get(links.page(theirs, name, uid)).status_code == 404, name
    superbills.revoke(bill)
    assert Client().get(links.page(link, "superbill", bill.uid)).status_code == 404


def test_who_only_books_for_somebody_pays_and_sees_no_card_and_no_paper(stripe_server, client):
    visit = make_visit("card", patient=make_patient())
    card = card_on_file.start(visit, text="I agree.", language="en")
    report(stripe_server.type_card(card.checkout_url))
    report(stripe_server.pay(checkout.start(make_charge(visit)).checkout_url))
    account = make_account(make_patient(email="aunt@example.org", first_name="Aunt"))
    add_patient(account, visit.patient, relation="other", basis="consent")
    sign_in_to(client, account)
    page = client.get(reverse("payments:my_visit", args=[visit.pk])).text
    assert "4242" not in page
    assert "receipt" not in page.lower()
    receipt = reverse("payments:my_receipt", args=[visit.pk, Payment.objects.get().uid])
    assert client.get(receipt).status_code == 404
    for name in ("keep_card", "remove_card"):
        path = reverse(f"payments:my_{name}", args=[visit.pk])
        assert client.post(path, {"agree": "yes"}).status_code == 404
    assert SavedCard.objects.kept().exists()


def make_books_of(visit: Appointment):
    from payments.models import PaymentTerms

    PaymentTerms.objects.all().delete()
    return make_books(visit)[2]


def test_without_stripe_s_key_nothing_is_shown_and_nothing_can_be_begun():
    visit = make_visit()
    assert "To pay" not in in_process().get(visit_links.page(visit)).text
    page = in_process().get(guest_page(visit))
    assert "There is nothing to pay for this visit here." in page.text
    link = visit_links.PrivateLink(visit, "", mailed=True)
    assert Client().post(links.page(link, "pay")).url.endswith("?just=away")
    assert Client().post("/payments/webhook/", b"{}", content_type="x").status_code == 404

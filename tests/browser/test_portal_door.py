"""A patient's own place in a real browser: a code on a phone, a passkey, Back, and no barriers."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.mail.models import OutgoingEmail
from portal.models import Device, PatientAccount
from tests.browser.barriers import barriers
from tests.browser.test_staff_sign_in import listen
from tests.factories import make_appointment, make_patient
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def code_sent() -> str:
    text = OutgoingEmail.objects.filter(template="sign_in_code").latest("pk").text
    [found] = re.findall(r"^(\d{3} \d{3})$", text, re.MULTILINE)
    return found


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/me/")
    page.get_by_label("Your e-mail address").fill(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Write your code")
    page.get_by_label("Code").fill(code_sent())
    page.keyboard.press("Enter")


def unfold_menu(page: Page) -> None:
    """On a phone: on a wide screen it is a row of links."""
    page.set_viewport_size(PHONE)
    page.locator(".portal-menu summary").press("Enter")


def sign_out(page: Page) -> None:
    unfold_menu(page)
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to your place")


def test_a_code_then_a_passkey_let_a_patient_in_and_back_shows_the_door(page, live_server):
    complaints: list[str] = []
    listen(page, complaints)
    make_practice()
    patient = make_patient(email="grace@example.org")
    make_appointment(patient=patient)
    page.set_viewport_size(PHONE)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{live_server.url}/me/")
    assert barriers(page) == []
    sign_in(page, live_server.url, patient.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Find my visits")
    assert barriers(page) == []
    page.get_by_label("First name").fill(patient.first_name)
    page.get_by_label("Last name").fill(patient.last_name)
    page.get_by_label("Date of birth").fill("04171988")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your place")
    assert barriers(page) == []

    unfold_menu(page)
    assert barriers(page) == []
    page.set_viewport_size(PHONE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Signing in")).to_be_hidden()
    unfold_menu(page)
    page.get_by_role("link", name="Signing in").click()
    assert barriers(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("status")).to_contain_text("The passkey was added")
    unfold_menu(page)
    page.get_by_role("link", name="People").click()
    assert barriers(page) == []

    sign_out(page)
    page.evaluate("() => { history.back() }")
    expect(page).to_have_url(re.compile("/me/sign-in/.next=%2Fme%2Fpeople%2F$"))
    page.wait_for_load_state()  # its script takes the button over
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to your place")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People I book for")
    account = PatientAccount.objects.get()
    assert Device.objects.exclude(session="").get().way == "passkey"

    # The same passkey is nobody at the staff's door.
    sign_out(page)
    page.goto(f"{live_server.url}/accounts/login/")
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.get_by_role("button", name="Use a passkey").click()
    refused.value.finished()
    page.wait_for_load_state()
    page.wait_for_url("**/accounts/**")
    page.goto(f"{live_server.url}/admin/")
    assert "/accounts/login/" in page.url

    PatientAccount.objects.filter(pk=account.pk).update(ended_at=account.created_at)
    page.goto(f"{live_server.url}/me/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("does not open anything here")
    assert complaints == []

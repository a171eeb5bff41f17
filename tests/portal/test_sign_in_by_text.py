"""Signing in by a code in a text, for who has a phone and no e-mail."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText
from portal.models import PatientAccount
from tests.factories import make_appointment, make_patient
from tests.portal.signing_in import make_account

DOOR, CODE, WHO, HOME = (
    reverse(f"portal:{name}") for name in ("sign_in", "code", "gather", "home")
)
NUMBER = "+16155550117"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _texts_are_sent(settings) -> None:
    settings.SMS_PROVIDERS = ["development://"]


def test_a_texted_code_and_a_date_of_birth_let_its_reader_in_and_next_time_the_code_alone(client):
    patient = make_patient(email="", phone=NUMBER)
    make_appointment(patient=patient, email="", phone=NUMBER, contact="call")
    make_account(patient, by_phone=True)
    assert "Text me the code instead" in client.get(DOOR).content.decode()
    for nth in (1, 2):
        asked = client.post(f"{DOOR}?phone=1", {"phone": "(615) 555-0117"})
        assert asked.url == CODE
        text = OutgoingText.objects.latest("pk")
        assert (text.to, text.secret) == (NUMBER, True)
        [digits] = re.findall(r"\b\d{6}\b", text.text)
        place = client.post(CODE, {"code": digits}).url
        if nth == 1:
            assert place == WHO
            place = client.post(WHO, {"birth_date": "04171988"}).url
        assert place == HOME
        assert client.get(HOME).status_code == 200
        client.post(reverse("portal:sign_out"))
    assert not OutgoingEmail.objects.filter(template="sign_in_code").exists()


def test_a_number_that_gets_no_texts_is_answered_as_any_other():
    make_account(make_patient(phone=NUMBER), by_phone=True)
    pages = set()
    for number in ("615-555-0117", "615-555-0188", "+44 20 7946 0018"):
        browser = Client()
        asked = browser.post(f"{DOOR}?phone=1", {"phone": number})
        page = browser.get(asked.url).content.decode()
        page = re.sub(r"\+\d+|value=\"\w{64}\"", "", page)
        pages.add((asked.status_code, asked.url, page))
    assert len(pages) == 1
    assert OutgoingText.objects.count() == 2
    assert PatientAccount.objects.count() == 1


def test_where_no_texts_are_sent_nobody_is_offered_one(client, settings):
    settings.SMS_PROVIDERS = []
    assert "Text me" not in client.get(f"{DOOR}?phone=1").content.decode()
    assert client.post(f"{DOOR}?phone=1", {"phone": "615-555-0117"}).status_code == 200

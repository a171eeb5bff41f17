"""Signing in to one's own place: by a code that was sent to an address."""

import re

from django.urls import reverse

from core.mail.models import OutgoingEmail
from portal.models import PatientAccount
from tests.factories import make_patient
from tests.portal.signing_in import sign_in

DOOR, HOME = reverse("portal:sign_in"), reverse("portal:home")


def code_sent() -> str:
    [found] = re.findall(r"^(\d{3} \d{3})$", OutgoingEmail.objects.latest("pk").text, re.MULTILINE)
    return found


def test_a_code_by_email_lets_its_reader_in(client, db):
    assert client.get(HOME).url == f"{DOOR}?next=%2Fme%2F"
    asked = client.post(f"{DOOR}?next=/me/", {"email": "Grace@Example.org"})
    page = client.get(asked.url)
    assert "one-time-code" in page.content.decode()
    entered = client.post(asked.url, {"code": code_sent()})
    assert entered.url == HOME
    page = client.get(HOME)
    assert page.status_code == 200
    assert page["Cache-Control"].startswith("no-store")
    [account] = PatientAccount.objects.all()
    assert [point.value for point in account.proved] == ["grace@example.org"]


def test_signed_in_by_the_helper(client, db):
    sign_in(client, make_patient())
    assert client.get(HOME).status_code == 200
    client.post(reverse("portal:sign_out"))
    assert client.get(HOME).status_code == 302

"""Confirming: by the button behind a link that works once, for seven days, with a proof."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.mail.models import OutgoingEmail
from core.people import email_addresses
from newsletter.models import Confirmation, Consent, Subscriber
from tests.newsletter.factories import make_consent_text, make_subscriber
from tests.newsletter.signup import OURS, sign_up

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


@pytest.fixture(autouse=True)
def _text():
    make_consent_text()


def link() -> str:
    """The path in the newest mail."""
    mail = OutgoingEmail.objects.filter(key__startswith="newsletter-confirm").order_by("pk").last()
    return re.findall(r"https?://[^/]+(/newsletter/confirm/\S+)", mail.text)[0]


def test_only_the_button_confirms():
    sign_up("grace@example.org")
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert "Yes, send me the letter" in client.get(link()).text
        assert client.head(link()).status_code == 200
    assert not Subscriber.objects.exists()
    assert "You are in" in client.post(link()).text
    subscriber = Subscriber.objects.get()
    assert (subscriber.status, subscriber.email) == (Status.ACTIVE, "grace@example.org")


def test_confirming_leaves_a_proof_with_the_text_that_was_shown_and_a_welcome(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    forwarded = {"X-Forwarded-For": "2001:db8:1:2:3::9"} | OURS
    sign_up("grace@example.org", page="pages:about", headers=forwarded, network="10.0.0.1")
    shown = Client().get(link()).text
    Client().post(link())
    consent = Consent.objects.select_related("origin", "text").get()
    assert consent.text.text in shown
    assert consent.page == "pages:about"
    assert consent.asked_at < consent.at
    assert consent.address_hash == email_addresses.keyed_hash("grace@example.org")
    assert (consent.origin.email, consent.origin.network) == (
        "grace@example.org",
        "2001:db8:1:2::/64",
    )
    assert OutgoingEmail.objects.filter(template="newsletter_welcome").count() == 1


def test_a_link_works_once():
    sign_up("grace@example.org")
    address = link()
    Client().post(address)
    again = Client().post(address)
    assert again.status_code == 410
    assert "used already" in again.text
    assert Consent.objects.count() == 1


def test_a_link_ends_after_seven_days():
    sign_up("grace@example.org")
    address = link()
    # The database judges, by its own clock.
    Confirmation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address).status_code == 410
    assert Client().post(address).status_code == 410
    assert not Subscriber.objects.exists()


def test_a_link_is_valid_for_seven_days():
    sign_up("grace@example.org")
    found = Confirmation.objects.get()
    assert found.expires_at - found.asked_at == timedelta(days=7)


def test_a_token_is_stored_only_as_a_hash():
    sign_up("grace@example.org")
    token = link().split("/")[3]
    assert token not in str(Confirmation.objects.values().get())
    assert OutgoingEmail.objects.get().secret


def test_a_token_of_nobody_is_not_found():
    assert Client().post(f"/newsletter/confirm/{'a' * 32}/").status_code == 404


@pytest.mark.parametrize("status", [Status.LEFT, Status.BOUNCED, Status.COMPLAINED, Status.ERASED])
def test_coming_back_is_a_new_confirmed_consent(status):
    subscriber = make_subscriber(email="grace@example.org", status=status, left_at=timezone.now())
    sign_up("grace@example.org")
    assert Subscriber.objects.get().status == status
    Client().post(link())
    subscriber.refresh_from_db()
    assert (subscriber.status, subscriber.email) == (Status.ACTIVE, "grace@example.org")
    assert Consent.objects.filter(kind="confirmed", subscriber=subscriber).count() == 1


def test_somebody_who_is_in_already_changes_nothing_by_asking_again():
    subscriber = make_subscriber(email="grace@example.org")
    sign_up("grace@example.org")
    Client().post(link())
    assert Subscriber.objects.get().joined_at == subscriber.joined_at
    assert not OutgoingEmail.objects.filter(template="newsletter_welcome").exists()

"""What a reader typed, and the keys of their links, are in no log, no cache and no queue."""

import re
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from core.mail import outbox
from core.mail.models import OutgoingEmail
from newsletter import links
from newsletter.models import Subscriber
from tests.appointments.test_privacy import everything_in, everything_queued
from tests.newsletter.factories import make_consent_text, make_topic
from tests.newsletter.issues import mail_through, make_issue, send

EMAIL = "canary.grace@example.org"


def found_in(text: str) -> list[str]:
    return re.findall(r"canary\S*", text.lower())


def post(url: str, **data: str) -> str:
    body = urlencode(data).encode()
    request = urllib.request.Request(url, body, {"Sec-Fetch-Site": "same-origin"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def go_everywhere(site: str) -> list[str]:
    """Errors first, then somebody who signs up, confirms, chooses and leaves. Their tokens."""
    subscribe = f"{site}/newsletter/subscribe/"
    for typed in ("canary.grace@", "canary.grace@gmial.com", "canary@mailinator.com", EMAIL):
        post(subscribe, email=typed, page=f"/newsletter/unsubscribe/{typed}/")
    mail = OutgoingEmail.objects.get(template="newsletter_confirm")
    token = re.findall(r"/confirm/([\w-]+)/", mail.text)[0]
    confirm = f"{site}/newsletter/confirm/{token}/"
    for _ in range(2):
        post(confirm)
    reader = Subscriber.objects.get()
    preferences = site + links.preferences_path(reader.key)
    for do in ({"do": "pause", "weeks": "4"}, {"do": "move", "email": "canary.new@example.org"}):
        post(preferences, **do)
    post(preferences, do="move", email="canary.new@")
    post(site + links.unsubscribe_path(reader.key))
    return [token, reader.key]


@pytest.mark.django_db(transaction=True)
def test_nothing_a_reader_typed_is_in_logs_cache_or_queue(start_site):
    make_consent_text()
    make_topic()
    site = start_site(LOG_LEVEL="INFO")
    tokens = go_everywhere(site.url)
    assert Subscriber.objects.get().status == Subscriber.Status.LEFT
    said = site.output()
    everything = [said, everything_queued(), everything_in(settings.CACHES["default"]["LOCATION"])]
    for text in everything:
        assert found_in(text) == []
        assert [token for token in tokens if token in text] == []


@pytest.mark.django_db
def test_an_error_of_ours_says_nothing_about_who_met_it(production_log, monkeypatch):
    make_consent_text()

    def fail(*_, to: str, **__):
        raise ValueError(f"{to} is too much")

    monkeypatch.setattr(outbox, "enqueue", fail)
    client = Client(raise_request_exception=False)
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/newsletter/subscribe/", {"email": EMAIL}, headers=headers)
    assert answer.status_code == 500
    assert "ValueError" in production_log.getvalue()
    assert found_in(production_log.getvalue()) == []


@pytest.mark.django_db
def test_the_link_in_a_letter_that_was_received_leaves_with_one_click(settings, smtp_server):
    mail_through(settings, smtp_server.url)
    make_consent_text()
    reader = Subscriber.objects.create(
        email=EMAIL, address_hash="1", status="active", joined_at="2030-01-01T00:00:00Z"
    )
    issue = send(make_issue())
    mail = smtp_server.mails[-1]
    address = mail["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
    name, _, value = mail["List-Unsubscribe-Post"].partition("=")
    answer = Client(enforce_csrf_checks=True).post(address, {name: value})
    assert answer.status_code == 200
    reader.refresh_from_db()
    assert reader.status == Subscriber.Status.LEFT
    assert reader.consents.get().issue == issue.pk

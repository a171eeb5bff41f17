"""Managers make endpoints, see a secret once, and send messages again; nobody else sees them."""

import html
import re

import pytest

from core.webhooks import outbox
from core.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.core.staff.people import fully_signed_in
from tests.core.webhooks.factories import make_endpoint

pytestmark = pytest.mark.django_db
ENDPOINT, MESSAGE = "/admin/webhooks/webhookendpoint/", "/admin/webhooks/webhookdelivery/"
NEW = {"name": "Our EHR", "url": "https://ehr.example/hook", "events": ["booking.created"]}


@pytest.fixture
def manager():
    return fully_signed_in("manager")


def secret_on(page: str) -> str:
    return html.unescape(re.search(r'value="(whsec_[^"]+)"', page)[1])


def act(client, path: str, action: str, row) -> str:
    sent = {"action": action, "_selected_action": [row.pk], "index": "0"}
    return client.post(path, sent, follow=True).text


def test_a_new_endpoint_shows_its_secret_once(manager):
    secret = secret_on(manager.post(f"{ENDPOINT}add/", NEW).text)
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.active
    assert secret not in str(WebhookEndpoint.objects.values().get())
    for path in (ENDPOINT, f"{ENDPOINT}{endpoint.pk}/change/"):
        assert "whsec_" not in manager.get(path).text


@pytest.mark.parametrize(
    "url",
    ["http://ehr.example/", "https://user:secret@ehr.example/", "ftp://ehr.example/", "nonsense"],
)
def test_an_address_that_is_not_encrypted_or_holds_a_password_is_refused(manager, url):
    assert manager.post(f"{ENDPOINT}add/", NEW | {"url": url}).status_code == 200
    assert not WebhookEndpoint.objects.exists()


def test_another_secret_is_made_on_request(manager):
    endpoint = make_endpoint()
    secret = secret_on(act(manager, ENDPOINT, "new_secret", endpoint))
    assert secret != endpoint.told


def test_a_test_message_waits_for_its_worker(manager):
    endpoint = make_endpoint(events=["booking.moved"])
    act(manager, ENDPOINT, "send_test", endpoint)
    assert WebhookDelivery.objects.get().event == "test"


def test_ticking_an_endpoint_that_was_given_up_tells_it_again(manager):
    endpoint = make_endpoint()
    WebhookEndpoint.objects.update(
        active=False, disabled_at=endpoint.created_at, failing_since=endpoint.created_at
    )
    page = manager.get(f"{ENDPOINT}{endpoint.pk}/change/").text
    opened = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(\w*opened\w*)" value="([^"]*)"', page)
    }
    manager.post(f"{ENDPOINT}{endpoint.pk}/change/", NEW | {"active": "on"} | opened)
    found = WebhookEndpoint.objects.get()
    assert (found.active, found.disabled_at, found.failing_since) == (True, None, None)


def test_a_failed_message_is_sent_again(manager):
    endpoint = make_endpoint()
    outbox.publish_test(endpoint)
    WebhookDelivery.objects.update(status="failed", due_at=None, attempts=40)
    assert "1 message is on its way" in act(
        manager, MESSAGE, "send_again", endpoint.deliveries.get()
    )
    message = WebhookDelivery.objects.get()
    assert (message.status, message.attempts) == ("waiting", 0)
    assert message.due_at is not None


def test_a_message_says_on_its_page_what_was_told(manager):
    endpoint = make_endpoint()
    outbox.publish("booking.created", {"id": "4b1c-of-this-visit"})
    page = manager.get(f"{MESSAGE}{endpoint.deliveries.get().pk}/change/").text
    assert "4b1c-of-this-visit" in page


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor", "newsletter editor"])
def test_nobody_but_managers_sees_them(role):
    client = fully_signed_in(role)
    assert client.get(ENDPOINT).status_code == client.get(MESSAGE).status_code == 403

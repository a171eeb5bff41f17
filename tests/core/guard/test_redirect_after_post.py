"""The page that answers a form has an address of its own, which shows it to that browser alone."""

from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from core.circuit_breaker import cache_breaker
from newsletter import links
from tests.newsletter.factories import make_subscriber
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
SUBSCRIBE = "/newsletter/subscribe/"
CANARY = "canary.not-an-address"
BROWSER = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def practice():
    return make_practice()


def send(client: Client, email: str = CANARY, **headers: str) -> str:
    """Send the form as a browser does; returns where it is led to."""
    response = client.post(SUBSCRIBE, {"email": email}, headers=headers or BROWSER)
    assert response.status_code == 303
    assert "no-store" in response["Cache-Control"]
    return response["Location"]


def shown(client: Client, address: str) -> bool:
    return CANARY in client.get(address, follow=True).text


def test_what_was_typed_and_what_to_fix_are_shown_by_get_as_often_as_the_browser_asks():
    client = Client()
    address = send(client)
    for _ in range(2):
        page = client.get(address)
        assert page.status_code == 200
        assert CANARY in page.text
        assert "<title>Error:" in page.text
        assert "no-store" in page["Cache-Control"]
        assert "default-src 'self'" in page["Content-Security-Policy"]


def test_the_address_holds_nothing_that_was_typed_and_the_cache_nothing_that_can_be_read():
    address = send(Client())
    assert urlsplit(address).path == SUBSCRIBE
    assert "canary" not in address
    client = cache._cache.get_client()
    for key in client.keys("*"):
        kept = client.get(key) if client.type(key) == b"string" else b""
        assert b"canary" not in key + kept
        assert urlsplit(address).query.encode() not in key


def test_another_browser_is_shown_nothing_nor_at_another_address():
    mine = Client()
    address = send(mine)
    assert shown(mine, address)
    assert not shown(Client(), address)
    assert not shown(mine, address.replace(SUBSCRIBE, "/appointments/lost-link/"))
    assert not shown(mine, address + "x")


def test_a_browser_without_cookies_is_shown_it_once():
    address = send(Client())
    assert shown(Client(), address)
    assert not shown(Client(), address)


def test_once_a_form_is_done_back_shows_nothing_that_was_typed(client):
    address = send(client)
    assert shown(client, address)
    preferences = links.preferences_path(make_subscriber().key)
    done = client.post(preferences, {"do": "pause", "weeks": 4}, headers=BROWSER)
    assert done["Location"] == f"{preferences}?done=pause"
    assert not shown(client, address)


def test_a_key_that_is_not_ours_leads_to_the_plain_page(client):
    response = client.get("/book/?answer=nothing&state=TN")
    assert response.status_code == 303
    assert response["Location"] == "/book/?state=TN"


def test_a_mail_program_and_a_script_get_their_answer_at_once(client):
    for headers in ({}, {"Sec-Fetch-Mode": "cors"}):
        response = client.post(SUBSCRIBE, {"email": CANARY}, headers=headers)
        assert response.status_code == 200
        assert CANARY in response.text
        assert not response.cookies


def test_without_the_cache_the_page_is_answered_as_it_is(client):
    cache_breaker._until = float("inf")
    response = client.post(SUBSCRIBE, {"email": CANARY}, headers=BROWSER)
    cache_breaker.reset()
    assert response.status_code == 200
    assert CANARY in response.text

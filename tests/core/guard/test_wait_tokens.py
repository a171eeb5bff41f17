"""Without JavaScript waiting counts: each token is one visitor's, for what it was asked for."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.newsletter.factories import make_consent_text
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
PATH = "/newsletter/subscribe/"
HOME, WORK = "192.0.2.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _asked_at_once(settings, db):
    make_consent_text()
    settings.LIMITS = settings.LIMITS | {
        "newsletter_easily": "1/day",
        "newsletter_in_all": "1/day",
        "comments_in_all": "1/day",
    }


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as traveller:
        yield traveller


def visitor(network: str) -> Visitor:
    return in_process(Client(REMOTE_ADDR=network, headers={"sec-fetch-site": "same-origin"}))


def ask(who: Visitor, email: str, **also: str) -> Page:
    return who.post(PATH, {"email": email, **also})


def token(page: Page) -> str:
    assert page.status == 429
    return re.search(r'name="wait" value="([^"]+)"', page.text)[1]


def use_up() -> None:
    """From now on everybody is asked for a little work."""
    for network in (HOME, WORK):
        ask(visitor(network), "first@example.org")


@pytest.mark.parametrize("networks", [(HOME, WORK), (HOME, HOME)])
def test_two_who_are_asked_in_the_same_second_both_go_on(clock, networks):
    use_up()
    people = [visitor(network) for network in networks]
    tokens = [token(ask(who, f"p{nth}@example.org")) for nth, who in enumerate(people)]
    assert tokens[0] != tokens[1]
    clock.shift(timedelta(seconds=25))
    answers = [
        ask(who, f"p{nth}@example.org", wait=tokens[nth]).status for nth, who in enumerate(people)
    ]
    assert answers == [200, 200]


def test_a_token_counts_once(clock):
    use_up()
    who = visitor(HOME)
    mine = token(ask(who, "a@example.org"))
    clock.shift(timedelta(seconds=25))
    assert [ask(who, "a@example.org", wait=mine).status for _ in range(2)] == [200, 429]


def test_a_token_is_of_its_network(clock):
    use_up()
    mine = token(ask(visitor(HOME), "a@example.org"))
    clock.shift(timedelta(seconds=25))
    assert ask(visitor(WORK), "a@example.org", wait=mine).status == 429


@pytest.mark.parametrize("seconds", [0, 5, 60 * 60])
def test_a_token_that_is_too_young_or_too_old_is_asked_again(clock, seconds):
    use_up()
    mine = token(ask(visitor(HOME), "a@example.org"))
    clock.shift(timedelta(seconds=seconds))
    assert ask(visitor(HOME), "a@example.org", wait=mine).status == 429


@pytest.mark.parametrize("text", ["", "x", "a:b:c", "WyJuZXdzbGV0dGVyIl0:1a:b", "\0"])
def test_a_made_up_token_is_asked_again(clock, text):
    use_up()
    assert ask(visitor(HOME), "a@example.org", wait=text).status == 429

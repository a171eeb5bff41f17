"""A signed link opens what it was made for and nothing else, for as long as it was made for."""

import re
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.urls import get_resolver
from django.utils import timezone

from core.signed_links import LinkSigner, site_keys

get_resolver().url_patterns  # noqa: B018  every app has named its purposes by then
SIGNERS = dict(LinkSigner.purposes)
KEY = "A" * 22
PAYLOADS = {
    "articles.answer": "42",
    "articles.comment": "42",
    "articles.preview": "42",
    "appointments.proof": f"{'0a' * 32}-returning",
    "newsletter.unsubscribe": f"{KEY}-7",
    "newsletter.preferences": f"{KEY}-7",
    "visits.ticket": f"{KEY}:patient:waiting:1::{'n' * 16}",
}
EXPIRING = [
    *("appointments.proof", "articles.answer", "articles.comment", "articles.preview"),
    *("payments.returned", "payments.visit.texted", "visits.ticket"),
]


@pytest.fixture(autouse=True)
def _one_key_for_all(settings):
    """Only the purposes keep the links apart, not the keys."""
    settings.NEWSLETTER_KEYS = [settings.SECRET_KEY]


def token(purpose: str) -> str:
    return SIGNERS[purpose].sign(PAYLOADS.get(purpose, KEY))


def test_the_purposes_of_every_app_are_known():
    assert sorted(SIGNERS) == [
        "appointments.calendar",
        "appointments.calendar.handed",
        "appointments.calendar.texted",
        "appointments.confirm",
        "appointments.done.handed",
        "appointments.proof",
        "appointments.visit",
        "appointments.visit.handed",
        "appointments.visit.texted",
        *("appointments.waitlist", "appointments.waitlist.texted"),
        *("articles.answer", "articles.comment", "articles.preview"),
        *("newsletter.preferences", "newsletter.unsubscribe"),
        *("payments.returned", "payments.visit"),
        *("payments.visit.handed", "payments.visit.texted"),
        "visits.ticket",
    ]
    assert [name for name, signer in SIGNERS.items() if signer.valid_for] != []


@pytest.mark.parametrize("purpose", list(SIGNERS))
def test_a_token_says_what_it_was_made_for_and_fits_its_address(purpose):
    made = token(purpose)
    assert SIGNERS[purpose].read(made) == PAYLOADS.get(purpose, KEY)
    assert re.fullmatch(SIGNERS[purpose].pattern, made)


@pytest.mark.parametrize(("made_for", "asked"), list(permutations(SIGNERS, 2)))
def test_a_token_of_one_purpose_is_none_of_another(made_for, asked):
    assert SIGNERS[asked].read(token(made_for)) is None


@pytest.mark.parametrize("purpose", list(SIGNERS))
def test_a_token_that_was_changed_says_nothing(purpose):
    made = token(purpose)
    for changed in ("", made[1:], made[:-1], f"B{made}", made.replace(".", "", 1), KEY):
        assert SIGNERS[purpose].read(changed) is None


def test_those_that_end_do_and_the_others_do_not():
    made = {purpose: token(purpose) for purpose in SIGNERS}
    with time_machine.travel(timezone.now() + timedelta(days=4000)):
        ended = [purpose for purpose, each in made.items() if SIGNERS[purpose].read(each) is None]
    assert sorted(ended) == EXPIRING


@pytest.mark.parametrize("purpose", list(SIGNERS))
def test_a_replaced_key_verifies_while_it_is_in_its_ring(purpose, settings):
    made, old = token(purpose), settings.SECRET_KEY
    of_newsletter = purpose.startswith("newsletter.")
    settings.SECRET_KEY = "a new key of the site"
    settings.NEWSLETTER_KEYS = ["a new key of the newsletter"]
    assert SIGNERS[purpose].read(made) is None
    settings.SECRET_KEY_FALLBACKS = [] if of_newsletter else [old]
    settings.NEWSLETTER_KEYS = ["a new key of the newsletter", *([old] if of_newsletter else [])]
    assert SIGNERS[purpose].read(made) == PAYLOADS.get(purpose, KEY)
    assert token(purpose) != made, "the new key signs"


def test_links_to_leave_outlive_every_key_of_the_site(settings):
    settings.NEWSLETTER_KEYS = ["a key of the newsletter"]
    made = token("newsletter.unsubscribe")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert SIGNERS["newsletter.unsubscribe"].read(made) == f"{KEY}-7"
    assert "a key of the newsletter" not in site_keys()


def test_a_purpose_has_one_signer():
    with pytest.raises(ValueError, match=r"articles\.comment has a signer already"):
        LinkSigner("articles.comment")

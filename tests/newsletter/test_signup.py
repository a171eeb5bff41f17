"""Asking for the newsletter: the same for every address, once it comes from a person."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.mail.models import OutgoingEmail
from newsletter.models import Confirmation, Subscriber
from newsletter.subscription import signup
from tests.newsletter.factories import make_consent_text, make_subscriber
from tests.newsletter.signup import mails, sign_up

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


@pytest.fixture(autouse=True)
def _text():
    make_consent_text()


# ── the answer ────────────────────────────────────────────────────────────────


def test_asking_sends_a_link_and_subscribes_nobody(django_capture_on_commit_callbacks):
    response = sign_up("grace@example.org")
    assert response.status_code == 200
    assert "on its way to <b>grace@example.org</b>" in response.text
    [mail] = mails()
    assert mail.to == "grace@example.org"
    assert "/newsletter/confirm/" in mail.text
    assert not Subscriber.objects.exists()


KNOWN = [None, *Status.values, "paused", "asked before"]


def known(how: str | None) -> str:
    """An address that is known in this way."""
    email = f"{(how or 'nobody').replace(' ', '-')}@example.org"
    if how in Status.values:
        make_subscriber(email=email, status=how, left_at=timezone.now())
    if how == "paused":
        make_subscriber(email=email, paused_until=timezone.now() + timedelta(days=9))
    if how == "asked before":
        signup.sign_up(email, page="pages:home", network="192.0.2.7")
    return email


def trace(email: str) -> tuple:
    """All that happens for one sign-up: what is asked of the database, said, written and queued."""
    before = (Confirmation.objects.count(), OutgoingEmail.objects.count())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = sign_up(email, network=f"192.0.2.{len(email)}")
    after = (Confirmation.objects.count(), OutgoingEmail.objects.count())
    wrote = [a - b for a, b in zip(after, before, strict=True)]
    asked = [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in queries]
    asked = [re.sub(r'"s\d+_x\d+"|"s\?[^"]*"|SAVEPOINT .*', "…", each) for each in asked]
    mail = OutgoingEmail.objects.order_by("pk").last()
    body = re.sub(r"confirm/[\w-]+", "confirm/…", mail.text + mail.html)
    headers = sorted(response.headers)
    return response.status_code, response.text.replace(email, "…"), headers, asked, wrote, body


def test_nothing_tells_what_an_address_is_to_us(django_capture_on_commit_callbacks):
    trace("warm@example.org")  # what is looked up once per process
    first, *others = [trace(known(how)) for how in KNOWN]
    assert first[4] == [1, 1]
    for how, other in zip(KNOWN[1:], others, strict=True):
        assert other == first, how


def test_what_is_not_an_address_gets_a_sentence_and_keeps_what_was_typed():
    for typed in ("grace", "grace@", "@example.org", "grace@example", "a b@example.org", "x" * 330):
        response = sign_up(typed)
        assert response.status_code == 200
        assert "should read like" in response.text or "at most" in response.text, typed
        assert f'value="{typed}"' in response.text
    assert not Confirmation.objects.exists()


def test_a_nul_is_no_error_of_ours():
    assert sign_up("gra\0ce@example.org").status_code == 200
    assert not Confirmation.objects.exists()


def test_an_international_domain_works_and_is_one_with_its_other_spelling():
    sign_up("grace@bücher.example")
    sign_up("Grace@XN--BCHER-KVA.example")
    assert {mail.to for mail in mails()} == {"grace@xn--bcher-kva.example"}
    assert Confirmation.objects.values("address_hash").distinct().count() == 1


def test_the_page_is_kept_by_the_name_of_its_route_only():
    sign_up("a@example.org", page="articles:article")
    sign_up("b@example.org", page="/appointments/a-token-that-is-secret/")
    assert list(Confirmation.objects.order_by("pk").values_list("page", flat=True)) == [
        "articles:article",
        "newsletter:home",
    ]


# ── slips and throw-away addresses ────────────────────────────────────────────


def test_a_misspelt_domain_gets_a_question_and_its_answer_counts():
    response = sign_up("grace@gmial.com")
    assert "Did you mean <b>grace@gmail.com</b>?" in response.text
    assert not mails()
    sign_up("grace@gmial.com", kept="grace@gmial.com")
    sign_up("grace@gmail.com")
    assert {mail.to for mail in mails()} == {"grace@gmial.com", "grace@gmail.com"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("grace@gmial.con", "grace@gmail.com"), ("grace@a-house.con", "grace@a-house.com")],
)
def test_an_ending_that_no_domain_has_is_asked_about_whatever_stands_before_it(typed, meant):
    assert f"Did you mean <b>{meant}</b>?" in sign_up(typed).text
    assert not mails()


def test_a_throw_away_address_gets_a_question_and_may_stay():
    response = sign_up("grace@mailinator.com")
    assert "lasts only a short while" in response.text
    assert not mails()
    sign_up("grace@mailinator.com", kept="grace@mailinator.com")
    assert len(mails()) == 1


# ── programs, and other sites ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_a_form_of_our_own_pages_counts(headers, status):
    assert sign_up("grace@example.org", headers=headers).status_code == status
    assert Confirmation.objects.exists() == (status == 200)


def test_a_network_that_asks_too_often_is_stopped_before_anything_is_written(settings):
    settings.LIMITS = settings.LIMITS | {"newsletter": "2/day", "newsletter_easily": "9/day"}
    answers = [sign_up(f"grace{n}@example.org").status_code for n in range(3)]
    assert answers == [200, 200, 429]
    assert Confirmation.objects.count() == len(mails()) == 2
    assert sign_up("other@example.org", network="2001:db8::1").status_code == 200


def test_near_the_limit_a_little_work_is_asked_for_and_waiting_counts(settings):
    settings.LIMITS = settings.LIMITS | {"newsletter_easily": "1/hour"}
    sign_up("a@example.org")
    asked = sign_up("b@example.org")
    assert asked.status_code == 429
    assert Confirmation.objects.count() == 1
    [token] = re.findall(r'name="wait" value="([^"]+)"', asked.text)
    with time_machine.travel(timezone.now() + timedelta(seconds=25)):
        assert sign_up("b@example.org", wait=token).status_code == 200
    assert Confirmation.objects.count() == 2


def test_a_victims_address_gets_at_most_three_mails_a_day_from_however_many_networks(settings):
    settings.LIMITS = settings.LIMITS | {
        "newsletter_easily": "9999/day",
        "newsletter_in_all": "9999/day",
        "newsletter_per_address": "9999/day",
    }
    for n in range(40):
        answer = sign_up("Victim@example.org", network=f"198.51.{n}.1")
        assert "on its way" in answer.text
    assert len(mails()) == 3
    cache.clear()  # its own clock goes on
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        sign_up("victim@example.org")
    assert len(mails()) == 4


def test_three_a_day_also_hold_while_the_cache_forgets(settings):
    settings.LIMITS = settings.LIMITS | {"newsletter_per_address": "9999/day"}
    for n in range(5):
        sign_up("victim@example.org", network=f"198.51.{n}.1")
    assert len(mails()) == 3


def test_spellings_of_one_mailbox_are_asked_for_a_little_work(settings):
    spellings = ["v.ictim@gmail.com", "victim+1@gmail.com", "VICTIM+2@googlemail.com"]
    for n, email in enumerate(spellings):
        assert sign_up(email, network=f"198.51.{n}.1").status_code == 200
    asked = sign_up("vic.tim@gmail.com", network="198.51.100.1")
    assert asked.status_code == 429
    assert 'id="puzzle"' in asked.text
    assert len(mails()) == 3


def test_who_left_may_come_back_on_the_same_day(settings):
    settings.LIMITS = settings.LIMITS | {"newsletter_per_address": "9999/day"}
    for _ in range(3):
        sign_up("anna@example.org")
    Confirmation.objects.update(ended_at=timezone.now())
    sign_up("anna@example.org")
    assert Confirmation.objects.open().count() == 1

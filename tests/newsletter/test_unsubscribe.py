"""Leaving: one click by a mail program (RFC 8058), a button for people, and taking it back."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from newsletter import links
from newsletter.models import Confirmation, Consent, Subscriber
from newsletter.subscription import signup
from tests.newsletter.factories import make_subscriber

pytestmark = pytest.mark.django_db
Status = Subscriber.Status
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def program():
    """A mail program's server: no cookie, no token, no word of where it comes from."""
    return Client(enforce_csrf_checks=True)


def link(subscriber: Subscriber, issue: int = 0) -> str:
    return links.unsubscribe_path(subscriber.key, issue)


def status_of(subscriber: Subscriber) -> str:
    return Subscriber.objects.get(pk=subscriber.pk).status


def one_click(program: Client, subscriber: Subscriber, issue: int = 0):
    kind = "application/x-www-form-urlencoded"
    return program.post(link(subscriber, issue), ONE_CLICK, content_type=kind)


def test_one_click_leaves_without_cookie_or_token(program):
    subscriber = make_subscriber()
    response = one_click(program, subscriber, issue=7)
    assert response.status_code == 200
    assert not response.cookies
    assert status_of(subscriber) == Status.LEFT
    consent = Consent.objects.get(kind="left")
    assert (consent.issue, consent.how) == (7, "one click")


def test_one_click_may_come_as_multipart(program):
    subscriber = make_subscriber()
    response = program.post(link(subscriber), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert status_of(subscriber) == Status.LEFT


def test_one_click_again_and_again_is_fine_and_proved_once(program):
    subscriber = make_subscriber()
    assert [one_click(program, subscriber).status_code for _ in range(3)] == [200] * 3
    assert Consent.objects.filter(kind="left").count() == 1


def test_many_leave_from_one_network(program, settings):
    settings.LIMITS = settings.LIMITS | {"newsletter_changes": "1/day"}
    subscribers = [make_subscriber() for _ in range(5)]
    assert {one_click(program, each).status_code for each in subscribers} == {200}
    assert not Subscriber.objects.active().exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(program, method):
    subscriber = make_subscriber()
    response = getattr(program, method)(link(subscriber))
    assert response.status_code == 200
    assert status_of(subscriber) == Status.ACTIVE


def test_the_page_behind_the_link_has_a_button_that_leaves(program):
    subscriber = make_subscriber()
    assert "Yes, stop the letters" in program.get(link(subscriber)).text
    assert "No more letters" in program.post(link(subscriber)).text
    assert status_of(subscriber) == Status.LEFT


def test_a_link_works_for_years_and_after_its_key_was_replaced(program, settings):
    settings.NEWSLETTER_KEYS = ["the key of 2030"]
    subscriber = make_subscriber()
    old = link(subscriber)
    settings.NEWSLETTER_KEYS = ["the key of 2040", "the key of 2030"]
    settings.SECRET_KEY = "another"
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        assert program.post(old).status_code == 200
    assert status_of(subscriber) == Status.LEFT


def test_a_link_of_nobody_is_not_found(program, settings):
    subscriber = make_subscriber()
    address = link(subscriber)
    settings.NEWSLETTER_KEYS = ["another key altogether"]
    assert program.post(address).status_code == 404
    assert status_of(subscriber) == Status.ACTIVE


def test_a_link_to_preferences_does_not_leave(program):
    subscriber = make_subscriber()
    token = links.token("preferences", subscriber.key)
    assert program.post(f"/newsletter/unsubscribe/{token}/").status_code == 404


def test_leaving_can_be_taken_back_for_an_hour(program):
    subscriber = make_subscriber()
    program.post(link(subscriber))
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert "You are back" in program.post(link(subscriber), {"undo": "1"}).text
    assert status_of(subscriber) == Status.ACTIVE
    assert list(Consent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "left",
        "returned",
    ]


def test_taking_it_back_can_lead_straight_to_the_topics(program):
    subscriber = make_subscriber()
    program.post(link(subscriber))
    answer = program.post(link(subscriber), {"undo": "topics"})
    assert answer["Location"] == links.preferences_path(subscriber.key)
    assert status_of(subscriber) == Status.ACTIVE


def test_later_coming_back_takes_asking_anew(program):
    subscriber = make_subscriber()
    program.post(link(subscriber))
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        page = program.post(link(subscriber), {"undo": "1"})
    assert page.status_code == 200
    assert "Sign up again" in page.text
    assert status_of(subscriber) == Status.LEFT


@pytest.mark.parametrize("status", [Status.COMPLAINED, Status.BOUNCED, Status.ERASED])
def test_a_complaint_a_bounce_and_an_erasure_cannot_be_taken_back(program, status):
    subscriber = make_subscriber(status=status, left_at=timezone.now())
    program.post(link(subscriber), {"undo": "1"})
    assert status_of(subscriber) == status


def test_links_to_confirm_are_dead_after_leaving(program):
    subscriber = make_subscriber()
    signup.sign_up(subscriber.email, page="pages:home", network="192.0.2.1")
    program.post(link(subscriber))
    assert not Confirmation.objects.open().exists()


def test_private_pages_say_so(program):
    subscriber = make_subscriber()
    for address in (link(subscriber), links.preferences_path(subscriber.key)):
        for response in (program.get(address), program.post(address)):
            assert "no-store" in response["Cache-Control"]
            assert response["X-Robots-Tag"] == "noindex, nofollow"
            assert response["Referrer-Policy"] == "same-origin"
            assert "Your e-mail" not in response.text  # no band

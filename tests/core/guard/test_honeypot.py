"""A field that no person sees: where it is filled in, a small sum is asked for, and no more."""

import re

import pytest
from django.test import Client

from appointments.models import Appointment, Status, WaitlistEntry
from articles.models import Comment, Feedback
from core.guard import proof_of_work
from core.guard.sessionless_form import HONEYPOT
from newsletter.models import Confirmation
from tests.appointments import booking_steps, puzzle_solver
from tests.articles.factories import make_article
from tests.factories import make_service, monday
from tests.newsletter.factories import make_consent_text
from tests.visitor import Visitor, in_process

pytestmark = pytest.mark.django_db
SAME = {"sec-fetch-site": "same-origin"}
DETAILS = booking_steps.DETAILS | {"zone": "America/Chicago"}
FORMS = {
    "booking": ("Book this visit", DETAILS, Appointment.objects.filter(status=Status.BOOKED)),
    "waitlist": ("Join the waitlist", DETAILS, WaitlistEntry.objects),
    "newsletter": ("Subscribe", {"email": "grace@example.org"}, Confirmation.objects),
    "comment": ("Send for review", {"name": "Sam", "text": "It helped me."}, Comment.objects),
    "feedback": ("Yes", {"sentence": "Now I know when to call."}, Feedback.objects),
}
# What browsers and password managers look for in a field's name, id and label.
KNOWN = [
    *("website", "url", "name", "mail", "phone", "tel", "address", "city", "zip", "country"),
    *("user", "login", "pass", "card", "company", "organization", "search", "birth", "subject"),
]


@pytest.fixture
def visitor() -> Visitor:
    return in_process(Client(enforce_csrf_checks=True, headers=SAME))


@pytest.fixture(autouse=True)
def _pages(monkeypatch) -> None:
    monkeypatch.setattr(proof_of_work, "MOST_TRIES", 4)
    make_service(slug="first-visit")
    make_article(slug="open")
    make_consent_text()


def page_of(visitor: Visitor, form: str):
    if form == "booking":
        slot = booking_steps.csrf_token(visitor) | {"slot": booking_steps.slot(monday())}
        return visitor.post("/book/tn/first-visit/", slot)
    path = {
        "waitlist": "/book/tn/first-visit/waitlist/",
        "newsletter": "/newsletter/",
        "comment": "/articles/open/comments/",
        "feedback": "/articles/open/helpful/",
    }
    return visitor.get(path[form])


@pytest.mark.parametrize("form", FORMS)
def test_it_is_hidden_and_every_filler_is_told_to_leave_it_alone(visitor, form):
    html = page_of(visitor, form).text
    hidden = rf'<div class="d-none" aria-hidden="true">(?:(?!</div>).)*"{HONEYPOT}".*?>'
    found = re.findall(hidden, html, re.DOTALL)
    assert len(found) == html.count(f'name="{HONEYPOT}"') > 0
    for field in found:
        for mark in ('tabindex="-1"', 'autocomplete="off"', "data-1p-ignore", "data-bwignore"):
            assert mark in field
        assert 'data-lpignore="true"' in field
        assert 'data-form-type="other"' in field
    assert not [known for known in KNOWN if known in HONEYPOT]


@pytest.mark.parametrize("form", FORMS)
def test_who_fills_it_in_does_a_small_sum_and_then_goes_on_with_what_was_typed(visitor, form):
    press, typed, kept = FORMS[form]
    page = page_of(visitor, form)
    asked = visitor.submit(page, press=press, **typed, **{HONEYPOT: "Grace Whitfield"})
    assert asked.status == 429
    assert not kept.exists()
    sent = asked.form_with("proof_of_work").fields
    assert {name: sent[name] for name in typed if typed[name] is not True} == {
        name: value for name, value in typed.items() if value is not True
    }
    assert puzzle_solver.pass_proof_of_work(visitor, asked).status == 200
    assert kept.count() == 1


@pytest.mark.parametrize("form", FORMS)
def test_without_the_sum_nothing_is_written_however_often_it_is_sent(visitor, form):
    press, typed, kept = FORMS[form]
    page = page_of(visitor, form)
    for words in (press, "Go on", "Go on"):
        answers = typed | {HONEYPOT: "x"} if words == press else {}
        page = visitor.submit(page, press=words, **answers)
        assert page.status == 429
    assert not kept.exists()


@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_form_is_told_what_is_wrong_first(visitor, form):
    press, typed, kept = FORMS[form]
    wrong = {name: "" for name in ("email", "text") if name in typed} or {"sentence": "s" * 501}
    page = visitor.submit(page_of(visitor, form), press=press, **(typed | wrong), **{HONEYPOT: "x"})
    assert page.status == 200
    assert not kept.exists()

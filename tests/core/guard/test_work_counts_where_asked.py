"""Work done, or time waited, counts on the page that asked for it and on no other."""

import re
from collections.abc import Callable

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from appointments import cookies, links
from core.guard import proof_of_work
from tests.appointments import booking_steps, puzzle_solver
from tests.articles.factories import make_article
from tests.factories import make_appointment, make_hold, make_service, monday
from tests.newsletter.factories import make_consent_text
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}
KEY = "visitor-number-7"
# Sends a form of that page, with these fields beside its own.
Send = Callable[[dict[str, str]], HttpResponse]


@pytest.fixture(autouse=True)
def _always_asked(settings, monkeypatch) -> None:
    """Everybody is asked for work, and a sum is short."""
    settings.LIMITS = settings.LIMITS | {
        rule: "0/day" for rule in settings.LIMITS if rule.endswith("_easily")
    }
    monkeypatch.setattr(proof_of_work, "COST", 1)


def pages() -> dict[str, Send]:
    """Every form that asks for work, by the name of its limit."""
    make_consent_text()
    make_article(slug="open")
    service = make_service()
    hold = make_hold(visitor=KEY, service=service, starts_at=monday("11:00"))
    visit = make_appointment(service=service, starts_at=monday("13:00"))
    here, details = f"/book/tn/{service.slug}/", f"/book/details/{hold.uid}/"
    client = Client(headers=HERE)
    client.cookies[cookies.cookie_name(cookies.COOKIE)] = KEY
    comment = {"name": "Sam", "email": "", "text": "It helped me."}
    call = {"name": "Sam", "phone": "615-555-0117", "best_time": "any", "leave_message": "no"}
    forms = {
        "bookings": (details, filled(client, details)),
        "holds": (here, {"slot": booking_steps.slot(monday("15:00"))}),
        "waitlist": (f"{here}waitlist/", filled(client, f"{here}waitlist/")),
        "links": ("/appointments/lost-link/", {"email": "grace@example.org"}),
        "changes": (links.page(visit, "cancel"), {"reason": ""}),
        "comments": ("/articles/open/comments/", comment),
        "feedback": ("/articles/open/helpful/", {"helpful": "yes"}),
        "contact": ("/contact/call-back/", call),
        "newsletter": ("/newsletter/subscribe/", {"email": "grace@example.org"}),
        "sign_in_codes": ("/me/sign-in/", {"email": "grace@example.org"}),
        "passwords": ("/accounts/password/reset/", {"email": "grace@example.org"}),
    }
    return {
        name: lambda extra, path=path, sent=sent: client.post(path, sent | extra)
        for name, (path, sent) in forms.items()
    }


def filled(client: Client, path: str) -> dict[str, str]:
    """What a patient sends from the form of that page."""
    forms = read_forms(client.get(path).content.decode())
    return next(form for form in forms if "first_name" in form.choices).filled(
        **booking_steps.DETAILS
    )


def done(page: str) -> dict[str, str]:
    """The work that this page asks for, and what somebody without JavaScript sends later."""
    wait = re.search(r'name="wait" value="([^"]+)"', page)[1]
    solution, _tries = puzzle_solver.solve(puzzle_solver.puzzle_on(page))
    return {proof_of_work.FIELD: solution, proof_of_work.WAIT_FIELD: wait}


def test_work_counts_on_the_page_that_asked_for_it_and_on_no_other():
    send = pages()
    asking = {rule for rule in settings.LIMITS if rule.endswith("_easily")}
    assert {f"{name}_easily" for name in send} == asking, "a page that asks for work is missing"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        work = {name: done(post({}).content.decode()) for name, post in send.items()}
        clock.shift(proof_of_work.WAIT.total_seconds() + 5)
        for name, post in send.items():
            for asked_by, piece in work.items():
                if asked_by != name:
                    assert post(piece).status_code == 429, f"work for {asked_by} opened {name}"
        for name, post in send.items():
            assert post(work[name]).status_code != 429, f"{name} did not take its own work"

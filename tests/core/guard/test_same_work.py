"""Known or not, an address costs the same work: by statements, renders and mails, not by clock."""

import re
from collections import Counter
from contextlib import contextmanager

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.models import ConsentText
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_entry, make_service, monday
from tests.newsletter.factories import make_subscriber
from tests.portal.signing_in import make_account

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}
VALUES = re.compile(r"'[^']*'|_django_curs_\w+|\"?s\d+_x\d+\"?|\b\d+\b")
UNKNOWN = "nobody.at.all@example.org"


@pytest.fixture(autouse=True)
def _standing_clock():
    """A page that names the next free time says another once a time has passed."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@contextmanager
def rendered():
    """Count the templates that are rendered meanwhile."""
    found: Counter[str] = Counter()

    def note(sender, template, context, **kwargs) -> None:
        found[template.name] += 1

    template_rendered.connect(note, weak=False, dispatch_uid="same work")
    yield found
    template_rendered.disconnect(dispatch_uid="same work")


def work_of(path: str, sent: dict, email: str) -> dict:
    """What the site did for this post: everything a stranger could weigh or time."""
    before = OutgoingEmail.objects.count()
    client = Client()
    with CaptureQueriesContext(connection) as queries, rendered() as templates:
        response = client.post(path, sent | {"email": email}, headers=HERE)
    shapes = [VALUES.sub("…", query["sql"])[:60] for query in queries]
    return {
        "status": response.status_code,
        "page": response.content.decode().replace(email, ""),
        "statements": shapes,
        "renders": templates,
        "mails": OutgoingEmail.objects.count() - before,
        "secret": OutgoingEmail.objects.latest("pk").secret,
    }


def known_in(where: str) -> tuple[str, dict, list[str]]:
    """A path, what is sent there, and addresses that the site knows in some way."""
    service = make_service(slug="again", audience="returning", proof_required=True)
    other = make_service(slug="other")
    visit = make_appointment(service=other, starts_at=monday())
    over = make_appointment(service=other, starts_at=monday("12:00"), status="cancelled")
    if where == "waitlist":
        texts = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
        places = [make_entry(service=make_service(), email="full@example.org") for _ in range(4)]
        typed = booking_steps.DETAILS | texts | {"zone": "America/Chicago"}
        return "/book/tn/other/waitlist/", typed, [visit.email, places[0].email]
    if where == "newsletter":
        reader = make_subscriber()
        return "/newsletter/subscribe/", {}, [reader.email]
    if where == "password":
        return "/accounts/password/reset/", {}, [make_staff().email]
    if where == "portal":
        account = make_account(visit.patient)
        return "/me/sign-in/", {}, [account.proved[0].value, over.email]
    path = "/appointments/lost-link/" if where == "lost link" else f"/book/tn/{service.slug}/proof/"
    return path, {}, [visit.email, over.email]


@pytest.mark.parametrize(
    "where", ["lost link", "proof", "waitlist", "newsletter", "password", "portal"]
)
def test_known_and_unknown_addresses_cost_the_same_work(where):
    path, sent, addresses = known_in(where)
    work_of(path, sent, "warm.up@example.org")
    unknown = work_of(path, sent, UNKNOWN)
    assert unknown["mails"] == 1
    for email in addresses:
        assert work_of(path, sent, email) == unknown


@pytest.mark.parametrize("where", ["lost link", "proof", "password", "portal"])
def test_asking_again_costs_the_same_work_as_well(where):
    path, sent, [known, *_] = known_in(where)
    for email in ("warm.up@example.org", known, UNKNOWN):
        work_of(path, sent, email)
        OutgoingEmail.objects.filter(to=email).update(
            status="sent", due_at=None, sent_at=monday(weeks=-1)
        )
    assert work_of(path, sent, known) == work_of(path, sent, UNKNOWN)

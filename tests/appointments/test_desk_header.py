"""The header says how much waits, to those who may do something about it, and names nobody."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from appointments.emails import visit_outbox
from articles.models import Comment
from core.mail.models import OutgoingEmail
from newsletter.models import Delivery
from tests.appointments.staff_clients import signed_in
from tests.articles.factories import make_article
from tests.core.mail.factories import make_email
from tests.factories import (
    make_appointment,
    make_entry,
    make_license,
    make_provider,
    make_service,
    make_time_off,
)
from tests.newsletter.issues import make_issue, make_readers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


def links(client: Client) -> dict[str, str]:
    """The links of the header by their name, with their number."""
    header = client.get("/admin/practice/practice/", follow=True).content.decode()
    nav = header.partition('<nav class="desk-links"')[2].partition("</nav>")[0]
    found = re.findall(r"<a [^>]*>([^<]*?)\s*(?:<b>(.*?)</b>)?</a>", nav)
    return {name.strip(): number for name, number in found}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("front desk", ["Book", "Waitlist", "To do"]),
        ("clinician", ["Book", "Waitlist", "To do"]),
        ("manager", ["Book", "Waitlist", "To do"]),
        ("editor", ["To do"]),
        ("newsletter editor", ["To do"]),
        ("privacy officer", ["Waitlist", "To do"]),
    ],
)
def test_each_role_has_the_links_that_it_may_follow(role, shown):
    assert list(links(signed_in(role))) == shown


def test_who_waits_for_a_time_is_counted():
    desk, service = signed_in("front desk"), make_service()
    make_entry(service=service)
    make_entry(service=service, first_name="Ada", until=timezone.now() - timedelta(days=1))
    assert links(desk)["Waitlist"] == "1"


def test_what_waits_is_counted_for_those_whose_it_is():
    visit = make_appointment()
    make_email(about=visit_outbox.about(visit))
    OutgoingEmail.objects.update(status="failed", last_error="550", due_at=None)
    make_time_off(visit.provider, visit.starts_at.date())
    soon = timezone.localdate() + timedelta(days=30)
    make_license(make_provider(slug="ends", name="Ends Soon"), "OH", expires=soon)
    Comment.objects.create(article=make_article(), created_at=timezone.now(), name="Sam", text="Hi")
    issue = make_issue(total=2)
    for reader in make_readers(2):
        doubt = {"status": "uncertain", "reason": "lost", "settled_at": timezone.now()}
        Delivery.objects.create(issue=issue, subscriber=reader, due_at=timezone.now(), **doubt)
    counts = {role: links(signed_in(role))["To do"] for role in ("front desk", "editor")}
    assert counts == {"front desk": "2", "editor": "1"}
    assert links(signed_in("newsletter editor"))["To do"] == "1"
    assert links(signed_in("manager"))["To do"] == "5"


def test_a_license_that_a_later_one_follows_is_nothing_to_do():
    provider = make_provider(slug="renewed")
    before = links(signed_in("manager"))["To do"]
    for days in (30, 400):
        expires = timezone.localdate() + timedelta(days=days)
        make_license(provider, "OH", expires=expires, number=f"{days}")
    assert links(signed_in("manager"))["To do"] == before


def test_the_header_asks_little(django_assert_max_num_queries):
    desk = signed_in("front desk")
    links(desk)
    cache.delete("to-do:conflicts")
    with django_assert_max_num_queries(22):
        links(desk)

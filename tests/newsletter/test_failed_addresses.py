"""Who did not get an issue: a list for staff, the same as a file, and both in the trail."""

import pytest
from django.test import Client

from core.staff.models import AuditEvent
from newsletter.models import Delivery, HardBounce
from tests.core.staff.people import fully_signed_in
from tests.newsletter.issues import make_issue, make_readers, start

pytestmark = pytest.mark.django_db
LIST = "/admin/newsletter/issue/"


@pytest.fixture
def editor() -> Client:
    return fully_signed_in("newsletter editor")


def failed(readers: int):
    people = make_readers(readers)
    issue = start(make_issue())
    Delivery.objects.filter(issue=issue).update(status="failed", reason="=550 No such user")
    return issue, people


def exported() -> list[str]:
    rows = AuditEvent.objects.filter(action="export", model="newsletter.subscriber").order_by("pk")
    return [pk for row in rows for pk in row.object_pks]


def test_failed_addresses_are_listed_by_a_hundred_and_each_is_in_the_trail(editor):
    issue, people = failed(101)
    page = editor.get(f"{LIST}{issue.pk}/failed/").text
    assert people[0].email in page
    assert people[100].email not in page
    assert "=550 No such user" in page
    seen = AuditEvent.objects.filter(model="newsletter.subscriber").latest("pk")
    assert len(seen.object_pks) == 100
    assert people[100].email in editor.get(f"{LIST}{issue.pk}/failed/?p=2").text
    for odd in ("?p=x", "?p=99999999999999", "?kind=x", "?p=-1&kind=bounced"):
        assert editor.get(f"{LIST}{issue.pk}/failed/{odd}").status_code == 200


def test_the_file_holds_them_all_no_formula_and_each_is_in_the_trail(editor):
    issue, people = failed(3)
    HardBounce.objects.create(issue=issue, subscriber=people[0], status="held", why="550 5.1.1")
    file = editor.get(f"{LIST}{issue.pk}/failed.csv")
    lines = b"".join(file).decode().splitlines()
    assert lines[0] == "email,why,when"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [person.email, "'=550 No such user"] for person in people
    ]
    assert exported() == [str(person.pk) for person in people]
    back = b"".join(editor.get(f"{LIST}{issue.pk}/failed.csv?kind=bounced")).decode()
    assert back.splitlines()[1].startswith(f"{people[0].email},550 5.1.1,")


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_nobody_else_sees_who_reads_the_newsletter(role):
    issue, _people = failed(1)
    client = fully_signed_in(role)
    for path in ("failed/", "failed.csv"):
        assert client.get(f"{LIST}{issue.pk}/{path}").status_code == 403

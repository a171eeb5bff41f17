"""A mail that comes back after it was sent: staff hear of it on the first page of the admin."""

from datetime import timedelta

import pytest

from core.mail import delivery, outbox
from core.mail.models import OutgoingEmail
from tests.core.mail.factories import fresh, make_email
from tests.core.staff.people import make_staff, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    return sign_in(client, make_staff("front desk"))


def come_back(email: OutgoingEmail, why: str = "550 5.1.1 no such user") -> None:
    outbox.record_bounce(quoted=f"Message-ID: {email.message_id}", why=why)


def test_the_front_desk_sees_that_mails_came_back_and_which(desk):
    come_back(make_email(to="grace@example.org"))
    make_email(to="ruth@example.org")
    assert "1 e-mail came back this week" in desk.get("/admin/to-do/").text
    found = desk.get("/admin/mail/outgoingemail/?bounced_at__isempty=0").text
    assert "grace@example.org" in found
    assert "ruth@example.org" not in found
    assert "550 5.1.1 no such user" in found


def test_mails_of_the_newsletter_are_no_work_for_the_front_desk(desk):
    link = "https://visits.example.org/newsletter/"
    come_back(make_email("newsletter_welcome", link=link))
    assert "came back" not in desk.get("/admin/to-do/").text


def test_the_first_report_stays(db):
    email = make_email()
    come_back(email, "first")
    come_back(email, "second")
    assert fresh(email).bounce_reason == "first"


def test_a_message_id_of_others_is_nobodys(db):
    assert outbox.record_bounce(quoted=f"<{'a' * 32}@example.org>", why="") is None


def test_why_it_came_back_goes_with_its_body(db):
    email = make_email()
    come_back(email)
    OutgoingEmail.objects.update(status="failed", due_at=None, last_error="550")
    delivery.purge(timedelta(0))
    assert fresh(email).bounce_reason == ""
    assert fresh(email).bounced_at

"""Thirty days after it was written, nothing of a person is left in a mail's row."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.mail import delivery, outbox, tasks
from core.mail.models import EmailStatus, OutgoingEmail
from core.mail.outbox import Attachment
from core.outbox import recovery
from tests.core.mail.factories import fresh, make_email

pytestmark = pytest.mark.django_db


def make_sent(*, days: int, **fields) -> OutgoingEmail:
    email = make_email(**fields)
    delivery.deliver(email.pk)
    OutgoingEmail.objects.filter(pk=email.pk).update(
        created_at=timezone.now() - timedelta(days=days)
    )
    return email


def test_an_old_mail_is_emptied_and_its_row_stays(server):
    file = Attachment("visit.ics", "BEGIN:VCALENDAR", "text/calendar")
    email = make_sent(days=31, about="appointment:1", attachments=[file])
    tasks.purge()
    row = fresh(email)
    assert (row.to, row.subject, row.text, row.html, row.attachments) == ("", "", "", "", [])
    assert (row.status, row.about, row.template) == (EmailStatus.SENT, "appointment:1", "mail_test")
    assert row.purged_at is not None


def test_a_younger_mail_is_kept(server):
    email = make_sent(days=29)
    tasks.purge()
    assert fresh(email).text


def test_the_number_of_days_is_a_setting(server, settings):
    settings.MAIL_BODY_DAYS = 7
    email = make_sent(days=8)
    tasks.purge()
    assert fresh(email).text == ""


def test_a_mail_that_still_waits_keeps_its_body():
    email = make_email()
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(days=400))
    tasks.purge()
    assert fresh(email).text


def test_what_the_server_said_goes_too_and_then_it_cannot_be_sent_again(server):
    server.recipients["grace@example.org"] = "550 5.1.1 grace@example.org is unknown here"
    email = make_sent(days=31)
    tasks.purge()
    assert (fresh(email).status, fresh(email).last_error) == (EmailStatus.FAILED, "")
    with pytest.raises(outbox.NotResendable):
        outbox.resend(email)


def test_more_than_one_batch_is_emptied(server, monkeypatch):
    monkeypatch.setattr(recovery, "PURGED_AT_ONCE", 2)
    for _ in range(5):
        make_sent(days=31)
    assert delivery.purge(timedelta(days=30)) == 5
    assert delivery.purge(timedelta(days=30)) == 0


def test_a_batch_begins_where_the_one_before_ended(server, monkeypatch):
    """Else each reads all that was emptied before it, and a million take half an hour."""
    monkeypatch.setattr(recovery, "PURGED_AT_ONCE", 1)
    for days in (33, 32, 31):
        make_sent(days=days)
    with CaptureQueriesContext(connection) as asked:
        delivery.purge(timedelta(days=30))
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    starts = [re.search(r'"created_at" >= \'([^\']+)', sql)[1] for sql in reads]
    assert len(set(starts)) == 4
    assert starts == sorted(starts)

"""An issue that goes out for hours, or mail that piles up, keeps nobody else waiting."""

import time
from collections.abc import Callable

import pytest

from core import broker
from core.mail.models import EmailStatus, OutgoingEmail
from newsletter.delivery import dispatch
from newsletter.models import Issue
from tests import processes
from tests.core.mail.factories import fresh, make_email
from tests.newsletter.issues import make_issue, make_readers, start, statuses
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def soon(done: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait for it. What shows that it did not wait for the rest is how much of that is left."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_confirmations_go_out_at_once_while_an_issue_does(start_worker, smtp_server):
    make_readers(40)
    issue = start(make_issue())
    with SmtpServer() as slow:
        slow.delay = 5
        with processes.letters_worker(NEWSLETTER_EMAIL_URL=slow.url, EMAIL_URL=slow.url):
            # An older installation's command: it asks for the letters as well.
            start_worker(NEWSLETTER_EMAIL_URL=slow.url, EMAIL_URL=smtp_server.url)
            for _ in range(4):  # as many as would keep every process of both
                dispatch.dispatch_next(issue.pk)
            soon(lambda: slow.attempts)
            confirmations = [make_email() for _ in range(20)]
            soon(lambda: all(fresh(mail).status == EmailStatus.SENT for mail in confirmations))
            assert statuses(issue)["waiting"] > 20
            assert Issue.objects.get(pk=issue.pk).status == Issue.Status.SENDING


def test_what_beat_starts_runs_while_mail_piles_up(start_worker, smtp_server):
    smtp_server.delay = 2
    worker = start_worker(EMAIL_URL=smtp_server.url)
    for _ in range(40):
        make_email()
    soon(lambda: smtp_server.attempts)
    broker.publish("appointments.tasks.write_reminders", expires=50)
    soon(lambda: "Task appointments.tasks.write_reminders" in worker.output())
    assert OutgoingEmail.objects.filter(status=EmailStatus.WAITING).count() > 20

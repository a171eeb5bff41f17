"""Ten seconds of refusals, by a real server to real workers: afterwards each has one mail."""

import time
from collections import Counter

import pytest

from core.mail import outbox_hold, tasks
from core.mail.models import EmailStatus, OutgoingEmail
from tests.core.mail.factories import fresh, make_email
from tests.core.mail.test_workers import wait_until
from tests.smtp import SmtpServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TROUBLE = 10  # seconds
ANSWERS = [
    "554 5.7.1 Your account is blocked",
    "550 Requested action not taken",
    "535 5.7.8 Authentication credentials invalid",
    "421 Too much mail, closing",
    "552 Quota exceeded",
]
WAITING, SENDING = EmailStatus.WAITING, EmailStatus.SENDING


@pytest.fixture
def workers(start_worker, smtp_server: SmtpServer) -> SmtpServer:
    for _ in range(2):
        start_worker(EMAIL_URL=smtp_server.url)
    smtp_server.recipients["unknown@example.org"] = "550 5.1.1 No such user"
    return smtp_server


def write_for(seconds: float) -> list[OutgoingEmail]:
    """Write five mails a second to five people."""
    begin, written = time.monotonic(), []
    while time.monotonic() < begin + seconds:
        written += [make_email(to=f"p{len(written) + n}@example.org") for n in range(5)]
        time.sleep(1)
    return written


def beat() -> None:
    """Let the minutes pass in which mails that were refused wait, as beat would."""
    OutgoingEmail.objects.filter(status=WAITING, attempts__gt=0).update(due_at="2020-01-01T00:00Z")
    tasks.sweep()


def all_are_sent(emails: list[OutgoingEmail]) -> bool:
    beat()
    left = OutgoingEmail.objects.filter(pk__in=[e.pk for e in emails])
    return not left.exclude(status=EmailStatus.SENT).exists()


def each_has_one(server: SmtpServer, emails: list[OutgoingEmail]) -> bool:
    got = Counter(str(mail["To"]) for mail in server.mails)
    return got == Counter(email.to for email in emails)


@pytest.mark.parametrize("every", [1, 2], ids=["all", "half"])
def test_ten_seconds_of_refusals_cost_nobody_their_mail_and_nobody_gets_two(workers, every):
    workers.refuse(ANSWERS, every=every)
    emails = write_for(TROUBLE / 2)
    begin = time.monotonic()
    unknown = make_email(to="unknown@example.org")
    if every == 1:
        wait_until(lambda: outbox_hold.current() is not None)
    else:
        wait_until(lambda: fresh(unknown).status == EmailStatus.FAILED, seconds=2)
    emails += write_for(TROUBLE / 2 - (time.monotonic() - begin))
    assert OutgoingEmail.objects.failed().exclude(pk=unknown.pk).count() == 0

    workers.accept()
    end = time.monotonic()
    wait_until(lambda: all_are_sent(emails), seconds=60)
    assert time.monotonic() - end < 30
    wait_until(lambda: fresh(unknown).status == EmailStatus.FAILED)
    assert "No such user" in fresh(unknown).last_error
    assert outbox_hold.current() is None
    assert each_has_one(workers, emails)

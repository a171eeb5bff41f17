"""The whole way with real workers, broker and mail server, and what kills do to it."""

import time
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from core import broker
from core.mail import tasks
from core.mail.models import EmailStatus, OutgoingEmail
from tests.core.mail.conftest import broker_down
from tests.core.mail.factories import fresh, make_email
from tests.core.mail.odd_server import TRICKLE, OddServer

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(done, *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_sends_soon_after_the_commit_and_the_sweep_what_a_dead_broker_missed(
    celery_worker, smtp_server
):
    with transaction.atomic():
        email = make_email()
    smtp_server.wait_for(1)
    wait_until(lambda: fresh(email).status == EmailStatus.SENT)

    with broker_down():
        missed = make_email()
    tasks.sweep()  # the next one: of what a broker has heard it is the one after
    wait_until(lambda: fresh(missed).status == EmailStatus.SENT)
    assert [mail["Message-ID"] for mail in smtp_server.mails] == [
        email.message_id,
        missed.message_id,
    ]


def test_what_a_killed_worker_was_sending_another_sends_when_the_lease_has_run_out(
    start_worker, smtp_server
):
    smtp_server.delay = 30
    first = start_worker(EMAIL_URL=smtp_server.url)
    email = make_email()
    wait_until(lambda: smtp_server.attempts == 1)
    first.kill()
    assert fresh(email).status == EmailStatus.SENDING

    smtp_server.delay = 0
    second = start_worker(EMAIL_URL=smtp_server.url)
    tasks.sweep()
    assert fresh(email).status == EmailStatus.SENDING
    OutgoingEmail.objects.filter(pk=email.pk).update(lease_until="2020-01-01T00:00Z")
    tasks.sweep()
    wait_until(lambda: fresh(email).status == EmailStatus.SENT)
    second.kill()  # quicker than asking
    assert fresh(email).attempts == 2
    assert [mail["Message-ID"] for mail in smtp_server.mails] == [email.message_id]


def test_a_server_that_trickles_for_ever_does_not_hold_a_worker(start_worker, monkeypatch):
    # Celery sends the limits along; the real ones would keep the test for a minute and a half.
    publish = partial(tasks.deliver.apply_async, soft_time_limit=1, time_limit=3)
    monkeypatch.setattr(broker, "publish", lambda task, pk, **_: publish((pk,)))
    with OddServer(ehlo=TRICKLE) as odd:
        worker = start_worker(EMAIL_URL=f"smtp://127.0.0.1:{odd.port}")
        email = make_email()
        wait_until(lambda: fresh(email).last_error)
        worker.kill()
    assert fresh(email).status == EmailStatus.WAITING
    assert fresh(email).last_error == "The mail server did not answer in time."


def test_the_command_sends_a_test_message_and_says_so(celery_worker, smtp_server):
    said = StringIO()
    call_command("send_test_mail", "office@example.org", stdout=said)
    assert said.getvalue() == "Sent: the mail server has taken it.\n"
    assert smtp_server.mails[0]["Subject"] == "Test message"

    smtp_server.recipients["nobody@example.org"] = "550 No such user"
    with pytest.raises(CommandError, match="550 No such user"):
        call_command("send_test_mail", "nobody@example.org")


def test_the_command_says_when_no_worker_runs():
    with pytest.raises(CommandError, match="No worker has taken it yet"):
        call_command("send_test_mail", "office@example.org", wait=0.1)


def test_the_command_refuses_what_is_no_address():
    with pytest.raises(CommandError, match="valid email address"):
        call_command("send_test_mail", "nobody")
    assert not OutgoingEmail.objects.exists()

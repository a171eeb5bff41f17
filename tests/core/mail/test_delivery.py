"""Sending: once, outside any transaction, again when it may help, with a reason when it may not."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.mail import delivery, outbox
from core.mail.models import EmailStatus, OutgoingEmail
from core.mail.tasks import deliver
from core.outbox.rows import LEASE_SECONDS
from tests.core.mail.factories import claimed, fresh, make_email
from tests.core.mail.odd_server import DROP, HANG
from tests.smtp import DROP as DROP_AFTER_TAKING

pytestmark = pytest.mark.django_db


def delivered(**fields) -> OutgoingEmail:
    email = make_email(**fields)
    delivery.deliver(email.pk)
    return fresh(email)


def in_thread(run) -> threading.Thread:
    """Start `run` as another worker would, with a database connection of its own."""

    def work() -> None:
        try:
            run()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_what_the_server_took_is_sent_and_is_not_sent_again(server):
    email = delivered()
    assert (email.status, email.attempts, email.last_error) == (EmailStatus.SENT, 1, "")
    assert email.sent_at is not None
    delivery.deliver(email.pk)
    assert len(server.mails) == 1


def test_a_refused_connection_is_tried_again(server):
    server.close()
    email = delivered()
    assert email.status == EmailStatus.WAITING
    assert email.last_error == "No connection to the mail server: Connection refused"
    assert email.due_at is not None
    assert timedelta(seconds=40) < email.due_at - timezone.now() < timedelta(seconds=75)
    server.open()
    delivery.deliver(email.pk)
    assert (fresh(email).status, fresh(email).attempts) == (EmailStatus.SENT, 2)


def test_a_server_that_is_busy_gets_the_same_mail_later(server):
    server.answer("451 Try again later")
    email = delivered()
    assert email.status == EmailStatus.WAITING
    assert email.last_error == "The mail server answered: 451 Try again later"
    delivery.deliver(email.pk)
    assert fresh(email).status == EmailStatus.SENT
    assert [mail["Message-ID"] for mail in server.mails] == [email.message_id]


def test_a_line_that_drops_after_the_mail_was_taken_brings_the_same_mail_again(server):
    server.answer(DROP_AFTER_TAKING)
    email = delivered()
    assert email.status == EmailStatus.WAITING
    assert email.last_error == "The mail server closed the connection."
    delivery.deliver(email.pk)
    assert [mail["Message-ID"] for mail in server.mails] == [email.message_id] * 2


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"rcpt": "550 5.1.1 No such user"}, "550 5.1.1 No such user"),
        ({"rcpt": "550 5.1.2 Domain not found"}, "550 5.1.2 Domain not found"),
        ({"end": "550 5.1.1 Unknown user"}, "550 5.1.1 Unknown user"),
    ],
)
def test_a_recipient_whom_nobody_knows_fails_at_once_with_the_servers_words(
    odd_server, answers, words
):
    odd_server(**answers)
    email = delivered()
    assert (email.status, email.due_at) == (EmailStatus.FAILED, None)
    assert email.last_error == f"The mail server answered: {words}"


@pytest.mark.parametrize(
    "answers",
    [
        {"mail": "550 Not you"},
        {"mail": "552 Too big"},
        {"rcpt": "554 5.7.1 Relay access denied"},
        {"rcpt": "552 5.2.2 Mailbox full"},
        {"data": "554 No"},
        {"end": "550 Looks like spam"},
    ],
)
def test_a_refusal_that_does_not_name_the_recipient_is_tried_for_an_hour_before_it_is_believed(
    odd_server, answers
):
    odd_server(**answers)
    email = delivered()
    assert email.status == EmailStatus.WAITING
    OutgoingEmail.objects.update(attempts=delivery.REFUSALS - 2)
    for status in (EmailStatus.WAITING, EmailStatus.FAILED):
        delivery.deliver(email.pk)
        assert fresh(email).status == status
    waited = sum((delivery.retry_delay(n) for n in range(1, delivery.REFUSALS)), timedelta())
    assert timedelta(minutes=45) < waited < timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(
    "answers",
    [
        {"banner": "554 No mail service for you"},
        {"banner": "421 Busy"},
        {"banner": "not a mail server"},
        {"banner": DROP},
        {"ehlo": "502 What", "helo": "501 No"},
        {"mail": "530 5.7.0 Authentication required"},
        {"mail": "421 Closing"},
        {"rcpt": "450 Mailbox busy"},
        {"rcpt": DROP},
        {"data": "451 Later"},
        {"end": DROP},
    ],
)
def test_a_server_that_refuses_us_or_asks_for_patience_is_tried_again(odd_server, answers):
    odd_server(**answers)
    email = delivered()
    assert email.status == EmailStatus.WAITING
    assert email.last_error


def test_a_wrong_password_loses_no_mail(odd_server, settings):
    odd_server(auth="535 5.7.8 Bad password")
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "office", "wrong"
    email = delivered()
    assert email.status == EmailStatus.WAITING
    assert "535 5.7.8 Bad password" in email.last_error


@pytest.mark.parametrize("word", ["banner", "mail", "data", "end"])
def test_a_server_that_hangs_is_left_after_the_timeout(odd_server, settings, word):
    settings.EMAIL_TIMEOUT = 0.2
    odd_server(**{word: HANG})
    begin = time.monotonic()
    email = delivered()
    assert time.monotonic() - begin < 5
    assert email.status == EmailStatus.WAITING
    assert email.last_error in {
        "The mail server did not answer in time.",
        "The mail server closed the connection.",
    }


@pytest.mark.parametrize("word", [HANG, DROP, "500 What", "2" * 9000])
def test_a_bad_good_bye_does_not_bring_the_mail_again(odd_server, settings, word):
    settings.EMAIL_TIMEOUT = 0.2
    odd = odd_server(quit=word)
    email = delivered()
    assert email.status == EmailStatus.SENT
    delivery.deliver(email.pk)
    assert len(odd.received) == 1


def test_the_task_ends_a_server_that_trickles_before_the_lease_does(settings):
    soft, hard = deliver.soft_time_limit or 0, deliver.time_limit or 0
    assert settings.EMAIL_TIMEOUT < soft < hard < LEASE_SECONDS


@pytest.mark.parametrize(
    "to",
    ["", "nobody", "a@b@c", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org"],
)
def test_what_is_no_address_fails_without_asking_the_server(server, to):
    email = delivered(to=to)
    assert (email.status, email.last_error) == (
        EmailStatus.FAILED,
        "This is not an e-mail address.",
    )
    assert server.attempts == 0


def test_an_address_that_needs_more_than_ascii_fails_and_says_so(server):
    email = delivered(to="zoë@example.org")
    assert email.status == EmailStatus.FAILED
    assert email.last_error == "Mail servers do not take such letters before the @."


class ProviderError(OSError):
    """What a sender that speaks HTTP raises, as django-anymail does."""

    def __init__(self, status_code: int, words: str) -> None:
        super().__init__(words)
        self.status_code = status_code


@pytest.mark.parametrize(
    ("http_status", "words", "status"),
    [
        (422, "Recipient address not found", "failed"),
        (422, "Sorry", "waiting"),
        (401, "Sorry", "waiting"),
        (429, "Sorry", "waiting"),
        (503, "Sorry", "waiting"),
    ],
)
def test_a_sender_that_speaks_http_is_understood(settings, monkeypatch, http_status, words, status):
    def refuse(self, messages):
        raise ProviderError(http_status, words)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    email = delivered()
    assert email.status == status
    assert email.last_error == f"The mail server answered: {http_status} {words}"


def test_an_error_of_our_own_loses_no_mail_and_writes_no_address_to_the_log(caplog, monkeypatch):
    def break_down(email):
        raise RuntimeError(f"cannot build {email.to}")

    monkeypatch.setattr(delivery, "build", break_down)
    email = delivered(to="canary@example.org")
    assert email.status == EmailStatus.WAITING
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text


def test_after_the_last_attempt_it_fails(server):
    server.answer("451 Later", times=None)
    email = make_email()
    OutgoingEmail.objects.update(attempts=delivery.ATTEMPTS - 1)
    delivery.deliver(email.pk)
    assert (fresh(email).status, fresh(email).attempts) == (EmailStatus.FAILED, delivery.ATTEMPTS)


def test_waits_grow_up_to_two_hours_and_last_about_three_days():
    waits = [delivery.retry_delay(n) for n in range(1, delivery.ATTEMPTS)]
    assert timedelta(seconds=48) <= waits[0] <= timedelta(seconds=72)
    assert max(waits) <= timedelta(hours=2, minutes=24)
    assert timedelta(days=2, hours=12) < sum(waits, timedelta()) < timedelta(days=3, hours=12)
    assert len({delivery.retry_delay(9) for _ in range(9)}) > 1


def test_a_worker_whose_lease_was_given_away_changes_nothing(server):
    email = make_email()
    mine = claimed(email)
    OutgoingEmail.objects.update(claimed_by=uuid4())
    assert not OutgoingEmail.objects.settle(mine, status=EmailStatus.SENT, sent_at=timezone.now())
    assert fresh(email).status == EmailStatus.SENDING


def test_a_secret_body_is_gone_once_it_is_sent(server):
    email = delivered(secret=True)
    assert (email.status, email.text, email.html) == (EmailStatus.SENT, "", "")
    assert "This is a test message" in server.mails[0].get_body(["plain"]).get_content()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends(server):
    server.delay = 0.1
    email = make_email()
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        delivery.deliver(email.pk)

    for thread in [in_thread(race) for _ in range(8)]:
        thread.join()
    assert server.attempts == 1
    assert (fresh(email).status, fresh(email).attempts) == (EmailStatus.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_the_server_is_slow(server):
    server.delay = 3
    email = make_email()
    sender = in_thread(lambda: delivery.deliver(email.pk))
    while not server.attempts:
        time.sleep(0.01)
    with transaction.atomic():  # at once, or an error
        row = OutgoingEmail.objects.select_for_update(nowait=True).get(pk=email.pk)
    assert row.status == EmailStatus.SENDING
    sender.join()
    assert fresh(email).status == EmailStatus.SENT


def test_a_mail_whose_time_is_over_is_dropped_and_one_in_time_is_sent(server):
    late = delivered(not_after=timezone.now() - timedelta(seconds=1))
    assert (late.status, late.due_at, late.attempts) == (EmailStatus.DROPPED, None, 0)
    in_time = delivered(not_after=timezone.now() + timedelta(minutes=1))
    assert in_time.status == EmailStatus.SENT
    assert len(server.mails) == 1


def test_a_mail_that_failed_is_not_sent_again_when_its_time_is_over(server):
    server.recipients["grace@example.org"] = "550 No such user"
    email = delivered(not_after=timezone.now() + timedelta(minutes=1))
    assert email.status == EmailStatus.FAILED
    OutgoingEmail.objects.filter(pk=email.pk).update(not_after=timezone.now())
    with pytest.raises(outbox.NotResendable):
        outbox.resend(email)

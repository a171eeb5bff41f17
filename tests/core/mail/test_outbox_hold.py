"""Refusals in a row are about us: everything waits, one mail tries, and then all of them go."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from core.mail import delivery, outbox_hold, refusals, tasks
from core.mail.hold_model import OutboxHold
from core.mail.models import EmailStatus, OutgoingEmail
from tests.core.mail.factories import fresh, make_email
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db

SPAM = "554 5.7.1 <us@example.org> Your account is blocked"
UNKNOWN = "550 5.1.1 No such user"


def deliver_to(*names: str) -> list[OutgoingEmail]:
    """Write a mail to each of these names and try to send it; the rows as they are then."""
    emails = [make_email(to=f"{name}@example.org") for name in names]
    for email in emails:
        delivery.deliver(email.pk)
    return [fresh(email) for email in emails]


def people(count: int, prefix: str = "p") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def hold(server: SmtpServer, answer: str = SPAM) -> list[OutgoingEmail]:
    """Let the server refuse so many recipients that the outbox is held."""
    server.answer(answer, times=None)
    return deliver_to(*people(refusals.MOST_UNEXPLAINED))


def let_next_attempt_be_due() -> None:
    OutboxHold.objects.update(next_try_at=Now())


@pytest.fixture
def published(monkeypatch) -> list[tuple]:
    """What reaches the broker, instead of a broker."""
    tasks_: list[tuple] = []
    monkeypatch.setattr(
        "core.broker.publish", lambda task, *args, **_: not tasks_.append((task, *args))
    )
    return tasks_


@pytest.mark.parametrize(
    "answer",
    [SPAM, "550 Not now", "535 5.7.8 Bad password", "421 Closing", "552 Quota exceeded", "451 Ah"],
)
def test_the_outbox_is_held_after_five_recipients_in_a_row_and_none_of_them_is_given_up(
    server, published, answer
):
    emails = hold(server, answer)
    assert {email.status for email in emails} == {EmailStatus.WAITING}
    [after] = deliver_to("later")
    assert (after.status, after.attempts) == (EmailStatus.WAITING, 0)
    assert server.attempts == refusals.MOST_UNEXPLAINED
    held = outbox_hold.current()
    assert held is not None
    assert held.waiting == refusals.MOST_UNEXPLAINED + 1
    assert answer[:3] in held.reason
    assert "@" not in held.reason


def test_a_server_that_is_away_holds_the_outbox_as_well(server, published):
    server.close()
    deliver_to(*people(refusals.MOST_UNEXPLAINED))
    assert outbox_hold.current()


def test_one_recipient_who_is_refused_again_and_again_holds_nobody_else(server, published):
    server.answer(SPAM, times=None)
    deliver_to(*["same"] * refusals.MOST_UNEXPLAINED)
    assert outbox_hold.current() is None


def test_refusals_between_mails_that_are_taken_hold_nothing(server, published):
    server.refuse([SPAM], every=2)
    emails = deliver_to(*people(12))
    assert outbox_hold.current() is None
    assert [email.status for email in emails] == [EmailStatus.WAITING, EmailStatus.SENT] * 6


def test_servers_that_ask_unknown_senders_for_patience_hold_nothing(server, published):
    names = people(2 * refusals.MOST_IN_A_ROW)
    server.recipients = {f"{name}@example.org": "450 4.2.0 Greylisted" for name in names}
    deliver_to(*names)
    assert outbox_hold.current() is None


def test_the_first_mail_that_is_taken_lets_all_others_go_and_no_attempt_counted(server, published):
    emails = hold(server)
    server.accept()
    let_next_attempt_be_due()
    [first] = deliver_to("new")
    assert first.status == EmailStatus.SENT
    assert outbox_hold.current() is None
    assert published[-1] == (outbox_hold.SWEEP,)
    tasks.sweep()
    assert {args[0] for task, *args in published if "deliver" in task} >= {e.pk for e in emails}
    for email in emails:
        delivery.deliver(email.pk)
    assert {fresh(email).status for email in emails} == {EmailStatus.SENT}
    assert len({str(mail["To"]) for mail in server.mails}) == len(server.mails) == len(emails) + 1


def test_one_mail_tries_at_its_time_and_the_pauses_grow_up_to_a_minute(server, published):
    hold(server)
    begun = server.attempts
    pauses = []
    for number in range(6):
        let_next_attempt_be_due()
        before = OutboxHold.objects.get().next_try_at
        deliver_to(f"a{number}", f"b{number}")
        pauses.append((OutboxHold.objects.get().next_try_at - before).total_seconds())
    assert server.attempts == begun + 6
    assert [round(pause) for pause in pauses] == [5, 10, 20, 40, 60, 60]


def test_the_attempts_of_a_held_outbox_go_round_and_use_nothing_up(server, published):
    hold(server)
    tried = []
    for _ in range(2 * refusals.MOST_UNEXPLAINED):
        let_next_attempt_be_due()
        tasks.probe()
        tried.append(published[-1][1])
        delivery.deliver(tried[-1])
    assert len(set(tried)) == refusals.MOST_UNEXPLAINED
    assert set(OutgoingEmail.objects.values_list("attempts", "status")) == {(1, "waiting")}


def test_meanwhile_the_sweep_hands_over_the_one_that_tries_and_no_other(server, published):
    emails = hold(server)
    published.clear()
    tasks.sweep()
    assert len([args for task, *args in published if "deliver" in task]) == 1
    assert outbox_hold.current()
    assert emails


def test_an_unknown_recipient_fails_at_once_and_is_no_sign_that_the_server_refuses_us(
    server, published
):
    hold(server)
    server.recipients["nobody@example.org"] = UNKNOWN
    let_next_attempt_be_due()
    [nobody] = deliver_to("nobody")
    assert (nobody.status, "No such user" in nobody.last_error) == (EmailStatus.FAILED, True)


def test_a_server_that_knows_nobody_at_all_is_not_believed_until_it_takes_a_mail(server, published):
    names = people(refusals.MOST_IN_A_ROW)
    server.recipients = {f"{name}@example.org": UNKNOWN for name in names}
    early = deliver_to(*names[:-1])
    assert {email.status for email in early} == {EmailStatus.FAILED}
    deliver_to(names[-1])
    assert outbox_hold.current()
    assert set(OutgoingEmail.objects.values_list("status", flat=True)) == {EmailStatus.WAITING}

    let_next_attempt_be_due()
    delivery.deliver(early[0].pk)
    assert fresh(early[0]).status == EmailStatus.WAITING
    let_next_attempt_be_due()
    deliver_to("somebody")
    assert outbox_hold.current() is None
    for email in OutgoingEmail.objects.filter(status=EmailStatus.WAITING):
        delivery.deliver(email.pk)
    assert OutgoingEmail.objects.failed().count() == refusals.MOST_IN_A_ROW
    assert outbox_hold.current() is None


def test_what_many_are_refused_while_others_go_is_not_given_up_after_an_hour(server, published):
    server.refuse([SPAM], every=2)
    emails = deliver_to(*people(2 * refusals.MOST_UNEXPLAINED))
    refused = emails[::2]
    OutgoingEmail.objects.filter(status="waiting").update(attempts=delivery.REFUSALS + 5)
    server.refuse([SPAM])
    delivery.deliver(refused[0].pk)
    assert fresh(refused[0]).status == EmailStatus.WAITING

    OutgoingEmail.objects.exclude(pk=refused[0].pk).update(
        refused_at=Now() - outbox_hold.LATELY - timedelta(minutes=1)
    )
    delivery.deliver(refused[0].pk)
    assert fresh(refused[0]).status == EmailStatus.FAILED


def test_soon_after_a_hold_the_next_one_asks_no_more_often_than_the_last(server, published):
    hold(server)
    OutboxHold.objects.update(tries=3)
    server.accept()
    let_next_attempt_be_due()
    deliver_to("taken")
    server.answer(SPAM, times=None)
    deliver_to(*people(refusals.MOST_UNEXPLAINED, "again"))
    row = OutboxHold.objects.get()
    assert row.held_since
    assert (row.next_try_at - row.held_since).total_seconds() == 60

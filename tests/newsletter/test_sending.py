"""What happens to each mail, by what the server says and by what its reader does meanwhile."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from newsletter import tasks
from newsletter.delivery import batch_sender, dispatch, queries, recovery
from newsletter.issues import workflow
from newsletter.models import Batch, Delivery, Issue, Subscriber
from newsletter.subscription import preferences, unsubscribe
from tests.newsletter.factories import make_subscriber, make_topic
from tests.newsletter.issues import (
    mail_through,
    make_issue,
    make_readers,
    send,
    start,
    statuses,
)
from tests.smtp import DROP

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_server(settings, smtp_server):
    mail_through(settings, smtp_server.url)


def make_all_due() -> None:
    Delivery.objects.filter(batch=None).update(due_at=Now())


def test_everybody_who_asked_gets_it_once(smtp_server):
    readers = make_readers(5)
    make_subscriber(status="left")
    issue = send(make_issue())
    assert issue.status == Issue.Status.SENT, issue.reason
    assert statuses(issue) == {"sent": 5}
    assert sorted(mail["To"] for mail in smtp_server.mails) == sorted(r.email for r in readers)
    send(issue)
    tasks.send_issue(issue.pk)
    assert len(smtp_server.mails) == 5


def test_who_gets_it_is_frozen_when_sending_starts():
    make_readers(2)
    issue = start(make_issue())
    make_subscriber()
    workflow.freeze(issue.pk)
    assert (issue.total, Delivery.objects.of(issue).count()) == (2, 2)


def test_topics_and_the_day_of_joining_choose_who_gets_it():
    topic, other = make_topic(), make_topic()
    wants, wants_another, wants_all = make_readers(3)
    wants.topics.add(topic)
    wants_another.topics.add(other)
    make_subscriber(joined_at="2020-01-01T00:00Z")
    make_subscriber(paused_until="2099-01-01T00:00Z")
    issue = make_issue(joined_since="2026-01-01")
    issue.refresh_from_db()
    issue.topics.add(topic)
    start(issue)
    found = Delivery.objects.of(issue).values_list("subscriber", flat=True)
    assert set(found) == {wants.pk, wants_all.pk}


def test_whoever_leaves_in_the_middle_gets_nothing_more(smtp_server):
    staying, leaving, pausing = make_readers(3)
    issue = start(make_issue())
    claimed = queries.claim(issue.pk, "test", most=9, workers=9)
    unsubscribe.unsubscribe(leaving, how="link")
    preferences.pause(pausing, weeks=2)
    Batch.objects.filter(pk=claimed.batch).update(lease_until=Now())
    recovery.finish_abandoned()
    send(issue)
    assert [mail["To"] for mail in smtp_server.mails] == [staying.email]
    reasons = Delivery.objects.filter(status="skipped").values_list("subscriber", "reason")
    assert set(reasons) == {(leaving.pk, "left"), (pausing.pk, "paused")}


def test_a_new_address_counts_for_what_has_not_gone_out(smtp_server):
    reader = make_subscriber()
    issue = start(make_issue())
    Subscriber.objects.filter(pk=reader.pk).update(email="new@example.org")
    send(issue)
    assert [mail["To"] for mail in smtp_server.mails] == ["new@example.org"]


def test_a_pause_counts_from_the_next_mail_on(smtp_server, monkeypatch):
    make_readers(5)
    issue = start(make_issue())
    step = queries.step

    def pause_at_the_third(*args, **more):
        if len(smtp_server.mails) == 2:
            workflow.pause(issue)
        return step(*args, **more)

    monkeypatch.setattr(queries, "step", pause_at_the_third)
    send(issue)
    assert (len(smtp_server.mails), statuses(issue)) == (2, {"sent": 2, "waiting": 3})
    monkeypatch.undo()
    workflow.resume(issue)
    send(issue)
    assert statuses(issue) == {"sent": 5}
    assert len({mail["To"] for mail in smtp_server.mails}) == 5


def test_a_refused_recipient_fails_and_gets_no_letter_any_more(smtp_server):
    gone, there = make_readers(2)
    smtp_server.recipients[gone.email] = f"550 5.1.1 <{gone.email}>: no such user"
    issue = send(make_issue())
    assert statuses(issue) == {"failed": 1, "sent": 1}
    failed = Delivery.objects.get(status="failed")
    assert failed.reason == "550 5.1.1 …: no such user"
    gone.refresh_from_db()
    there.refresh_from_db()
    assert (gone.status, there.status) == ("bounced", "active")


@pytest.mark.parametrize("answer", ["550 5.7.1 Blocked", "552 5.2.2 Mailbox full", "554 No"])
def test_a_refusal_that_is_not_about_the_address_is_believed_the_third_time(smtp_server, answer):
    reader = make_subscriber()
    smtp_server.recipients[reader.email] = answer
    issue = send(make_issue())
    for _ in range(2):
        assert statuses(issue) == {"deferred": 1}
        make_all_due()
        send(issue)
    assert statuses(issue) == {"failed": 1}
    reader.refresh_from_db()
    assert reader.status == "active"


def test_what_was_refused_for_a_while_because_of_us_goes_out_afterwards(smtp_server):
    readers = make_readers(6)
    for each in readers[::2]:
        smtp_server.recipients[each.email] = "554 5.7.1 Your account is blocked"
    issue = send(make_issue())
    assert statuses(issue) == {"sent": 3, "deferred": 3}
    smtp_server.recipients.clear()
    make_all_due()
    send(issue)
    assert statuses(issue) == {"sent": 6}
    assert len({mail["To"] for mail in smtp_server.mails}) == len(smtp_server.mails) == 6


def test_a_server_that_refuses_everybody_stops_the_issue_and_empties_no_list(smtp_server):
    readers = make_readers(30)
    for each in readers:
        smtp_server.recipients[each.email] = "550 5.1.1 Unknown"
    issue = send(make_issue())
    assert (issue.status, issue.resumes_at) == (Issue.Status.PAUSED, None)
    assert "refused 20 in a row" in issue.reason
    assert statuses(issue) == {"failed": 20, "waiting": 10}
    assert Subscriber.objects.active().count() == 30


def test_a_passing_refusal_is_tried_again_later(smtp_server):
    reader = make_subscriber()
    smtp_server.recipients[reader.email] = "451 4.7.1 Greylisted"
    issue = send(make_issue())
    assert statuses(issue) == {"deferred": 1}
    later = Delivery.objects.get()
    assert 200 < (later.due_at - later.settled_at).total_seconds() < 400
    assert issue.status == Issue.Status.SENDING
    del smtp_server.recipients[reader.email]
    make_all_due()
    assert send(issue).status == Issue.Status.SENT
    assert Delivery.objects.get().tries == 2


def test_what_is_refused_for_a_day_fails(smtp_server):
    make_subscriber()
    smtp_server.answer("451 Busy", times=None)
    issue = start(make_issue())
    for _ in range(batch_sender.TRIES):
        make_all_due()
        send(issue)
    assert statuses(issue) == {"failed": 1}
    assert smtp_server.attempts == batch_sender.TRIES


def test_a_line_that_breaks_after_the_text_leaves_it_uncertain_and_it_is_never_sent_again(
    smtp_server,
):
    make_readers(3)
    smtp_server.answer(DROP)
    issue = send(make_issue())
    assert statuses(issue) == {"uncertain": 1, "waiting": 2}
    assert (issue.status, bool(issue.resumes_at)) == (Issue.Status.PAUSED, True)
    Issue.objects.update(resumes_at=Now())
    assert workflow.retry_due() == [issue.pk]
    issue.refresh_from_db()
    assert send(issue).status == Issue.Status.SENT
    assert statuses(issue) == {"uncertain": 1, "sent": 2}
    assert len({mail["To"] for mail in smtp_server.mails}) == len(smtp_server.mails) == 3


def test_a_server_that_is_away_pauses_the_issue_which_goes_on_by_itself(smtp_server):
    make_readers(2)
    smtp_server.close()
    issue = send(make_issue())
    assert issue.status == Issue.Status.PAUSED
    assert "The mail server is away" in issue.reason
    first = issue.resumes_at
    assert workflow.retry_due() == []
    Issue.objects.update(resumes_at=Now())
    workflow.retry_due()
    issue.refresh_from_db()
    send(issue)
    assert issue.resumes_at > first
    smtp_server.open()
    Issue.objects.update(resumes_at=Now())
    workflow.retry_due()
    issue.refresh_from_db()
    assert send(issue).status == Issue.Status.SENT
    assert (issue.retries, statuses(issue)) == (0, {"sent": 2})


def test_what_a_killed_worker_held_goes_back_and_what_was_in_flight_is_uncertain(smtp_server):
    make_readers(3)
    issue = start(make_issue())
    claimed = queries.claim(issue.pk, "killed", most=9, workers=1)
    first, second, _third = claimed.deliveries
    queries.step(claimed.batch, upcoming=first.pk, address=first.email)
    queries.step(
        claimed.batch, done=first.pk, status="sent", upcoming=second.pk, address=second.email
    )
    assert recovery.finish_abandoned() == 0
    send(issue)
    assert smtp_server.mails == []
    Batch.objects.update(lease_until=Now())
    assert recovery.finish_abandoned() == 1
    assert statuses(issue) == {"sent": 1, "uncertain": 1, "waiting": 1}
    assert send(issue).status == Issue.Status.SENT
    assert statuses(issue) == {"sent": 2, "uncertain": 1}
    assert [mail["To"] for mail in smtp_server.mails] == [_third.email]


def test_letters_go_on_soon_after_all_workers_were_killed_but_not_those_they_held(smtp_server):
    make_readers(4)
    issue = start(make_issue())
    held = [queries.claim(issue.pk, "killed", most=1, workers=2).deliveries[0] for _ in range(2)]
    send(issue)
    assert smtp_server.mails == [], "two are sending"
    # As 30 seconds later: nobody has renewed what was claimed for three minutes.
    Batch.objects.update(lease_until=Now() + timedelta(seconds=150))
    assert recovery.finish_abandoned() == 0
    send(issue)
    assert len(smtp_server.mails) == 2
    assert not {mail["To"] for mail in smtp_server.mails} & {each.email for each in held}


def test_a_worker_whose_lease_was_given_away_sends_nothing_more():
    make_readers(2)
    issue = start(make_issue())
    claimed = queries.claim(issue.pk, "slow", most=9, workers=1)
    Batch.objects.update(lease_until=Now())
    recovery.finish_abandoned()
    row = claimed.deliveries[0]
    assert queries.step(claimed.batch, upcoming=row.pk, address=row.email) == "lost"
    assert not queries.renew_lease(claimed.batch)


def test_an_address_that_no_server_takes_fails_without_asking_one(smtp_server):
    make_subscriber(email="jörg@example.org")
    make_subscriber(email="anna@bücher.example")
    issue = send(make_issue())
    assert statuses(issue) == {"failed": 1, "sent": 1}
    assert [mail["To"] for mail in smtp_server.mails] == ["anna@xn--bcher-kva.example"]


def test_a_dead_broker_delays_an_issue_and_the_sweep_finds_it(smtp_server):
    make_subscriber()
    issue = make_issue()
    workflow.send_now(issue)  # nobody takes its task here
    tasks.sweep()
    tasks.send_issue(issue.pk)
    tasks.sweep()
    issue.refresh_from_db()
    assert issue.status == Issue.Status.SENT
    assert len(smtp_server.mails) == 1


def test_workers_are_told_of_an_issue_by_the_name_of_a_task_that_there_is():
    assert tasks.send_issue.name == dispatch.TASK

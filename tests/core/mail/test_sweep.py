"""The sweep finds what a dead broker or a killed worker left behind, and hands it over once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import broker
from core.mail import delivery, tasks
from core.mail.models import EmailStatus, OutgoingEmail
from core.outbox import recovery
from tests.core.mail.factories import fresh, make_email

pytestmark = pytest.mark.django_db

PAST = timezone.now() - timedelta(days=1)


@pytest.fixture
def handed_over(monkeypatch) -> list[int]:
    """What reaches the broker, instead of a broker, where other tests' tasks may lie."""
    ids: list[int] = []
    monkeypatch.setattr(broker, "publish", lambda task, pk, **_: not ids.append(pk))
    monkeypatch.setattr(broker, "queue_length", lambda task: 0)
    return ids


def make_overdue() -> OutgoingEmail:
    email = make_email()
    OutgoingEmail.objects.filter(pk=email.pk).update(due_at=PAST)
    return email


def make_abandoned(**values) -> OutgoingEmail:
    email = make_email()
    OutgoingEmail.objects.claim(email.pk)
    OutgoingEmail.objects.filter(pk=email.pk).update(lease_until=PAST, **values)
    return email


def test_what_is_overdue_is_handed_over_and_not_again_while_it_is_in_the_queue(handed_over):
    email = make_overdue()
    tasks.sweep()
    tasks.sweep()
    assert handed_over == [email.pk]


def test_what_has_just_been_written_is_left_to_the_one_who_wrote_it(handed_over):
    make_email()
    tasks.sweep()
    assert handed_over == []


def test_a_run_hands_over_all_up_to_a_number_the_longest_waiting_first(handed_over, monkeypatch):
    monkeypatch.setattr(recovery, "BATCH", 1)
    monkeypatch.setattr(recovery, "MOST_QUEUED", 2)
    newer, oldest, newest = make_overdue(), make_overdue(), make_overdue()
    for email, hours in ((newer, 2), (oldest, 3), (newest, 1)):
        due = timezone.now() - timedelta(hours=hours)
        OutgoingEmail.objects.filter(pk=email.pk).update(due_at=due)
    tasks.sweep()
    assert handed_over == [oldest.pk, newer.pk]


def test_while_the_queue_is_full_nothing_is_added_to_it(handed_over, monkeypatch):
    make_overdue()
    monkeypatch.setattr(broker, "queue_length", lambda task: recovery.MOST_QUEUED)
    tasks.sweep()
    assert handed_over == []
    monkeypatch.setattr(broker, "queue_length", lambda task: recovery.MOST_QUEUED - 1)
    tasks.sweep()
    assert len(handed_over) == 1


def test_what_the_broker_did_not_take_is_due_at_once(handed_over, dead_broker, monkeypatch):
    first, second = make_overdue(), make_overdue()
    monkeypatch.undo()
    tasks.sweep()
    assert {e.pk for e in OutgoingEmail.objects.overdue()} == {first.pk, second.pk}


def test_what_a_killed_worker_was_sending_is_sent_again(handed_over, server):
    email = make_abandoned()
    tasks.sweep()
    assert handed_over == [email.pk]
    assert (fresh(email).status, fresh(email).last_error) == (
        EmailStatus.WAITING,
        "The worker stopped.",
    )
    delivery.deliver(email.pk)
    assert fresh(email).status == EmailStatus.SENT
    assert server.mails[0]["Message-ID"] == email.message_id


def test_a_worker_that_is_still_sending_is_left_alone(handed_over):
    email = make_email()
    OutgoingEmail.objects.claim(email.pk)
    tasks.sweep()
    assert fresh(email).status == EmailStatus.SENDING
    assert handed_over == []


def test_a_mail_that_kills_every_worker_fails_in_the_end(handed_over):
    email = make_abandoned(attempts=delivery.ATTEMPTS)
    tasks.sweep()
    assert fresh(email).status == EmailStatus.FAILED
    assert handed_over == []


def test_beat_runs_the_sweep_twice_a_minute_and_the_purge_every_day(settings):
    plan = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert plan[tasks.sweep.name] == 30
    assert plan[tasks.purge.name].hour == {8}

"""What each check finds, by what stands in the database and on this machine."""

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from core.mail import outbox_hold, refusals
from core.mail.hold_model import OutboxHold
from core.mail.models import EmailStatus, OutgoingEmail
from core.monitoring import checks, heartbeats, machine, processes, task_failures
from core.monitoring.models import BackupRun, Certificate, Heartbeat, TaskFailure
from core.monitoring.results import CheckResult, Level
from newsletter.models import Delivery, Issue
from tests.core.mail.factories import make_email
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import make_issue

pytestmark = pytest.mark.django_db
OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR


def ago(**span: float):
    return timezone.now() - timedelta(**span)


def found(name: str) -> CheckResult:
    return next(each for each in checks.run() if each.name == name)


def level(name: str) -> Level:
    return found(name).level


def test_a_worker_and_beat_are_dead_when_nothing_was_heard_of_them():
    names = ["worker_clinic", "worker_letters", "beat"]
    assert [level(name) for name in names] == [ERROR] * 3
    for name in names:
        heartbeats.record(name)
    assert [level(name) for name in names] == [OK] * 3
    Heartbeat.objects.update(at=ago(minutes=20))
    assert [level(name) for name in names] == [ERROR] * 3
    assert "20 minutes" in found("beat").sentence


def test_one_worker_that_is_dead_says_nothing_of_the_other():
    heartbeats.record("worker_letters")
    assert (level("worker_clinic"), level("worker_letters")) == (ERROR, OK)


def test_mail_that_nobody_takes_up_is_late():
    email = make_email()
    assert level("mail_waiting") is OK
    for minutes, expected in ((4, OK), (6, WARNING), (20, ERROR)):
        OutgoingEmail.objects.filter(pk=email.pk).update(due_at=ago(minutes=minutes))
        assert level("mail_waiting") is expected
    assert "20 minutes" in found("mail_waiting").sentence


def test_mail_that_is_to_wait_is_not_late():
    email = make_email()
    OutgoingEmail.objects.update(created_at=ago(days=1), due_at=timezone.now() + timedelta(hours=1))
    assert level("mail_waiting") is OK
    OutgoingEmail.objects.filter(pk=email.pk).update(
        status=EmailStatus.SENT, sent_at=timezone.now(), due_at=None
    )
    assert level("mail_waiting") is OK


def test_a_mail_server_that_refuses_everybody_is_a_trouble_until_it_takes_a_mail(monkeypatch):
    monkeypatch.setattr("core.broker.publish", lambda *_args, **_options: True)
    assert level("mail_server") is OK
    OutboxHold.objects.prepare()
    for number in range(refusals.MOST_UNEXPLAINED):
        make_email(to=f"p{number}@example.org", key=f"p:{number}")
    OutgoingEmail.objects.update(refused_at=Now(), attempts=2)
    outbox_hold.record_refusal("554 5.7.1 <us@example.org> Your account is blocked")
    assert level("mail_server") is ERROR
    assert "Your account is blocked" in found("mail_server").sentence
    assert "example.org" not in found("mail_server").sentence
    outbox_hold.record_accepted()
    assert level("mail_server") is OK


@pytest.mark.django_db(transaction=True)
def test_tasks_that_failed_within_an_hour_are_counted():
    assert level("tasks") is OK
    task_failures.record("core.mail.tasks.sweep", ValueError("canary"))
    assert level("tasks") is WARNING
    for _ in range(4):
        task_failures.record("core.mail.tasks.sweep", ValueError("canary"))
    assert level("tasks") is ERROR
    assert "core.mail.tasks.sweep" in found("tasks").sentence
    row = TaskFailure.objects.get()
    assert (row.count, row.error) == (5, "builtins.ValueError")
    TaskFailure.objects.update(last_at=ago(hours=2))
    assert level("tasks") is OK
    TaskFailure.objects.update(last_at=ago(days=8))
    processes.forget_failures()
    assert not TaskFailure.objects.exists()


def test_an_issue_that_stopped_by_itself_waits_for_somebody():
    issue = make_issue(status=Issue.Status.PAUSED, started_at=timezone.now())
    assert level("issues") is OK, "somebody paused it"
    Issue.objects.filter(pk=issue.pk).update(reason="The server refuses us.")
    assert level("issues") is WARNING
    Issue.objects.filter(pk=issue.pk).update(resumes_at=timezone.now() + timedelta(hours=1))
    assert level("issues") is OK, "it goes on by itself"
    Issue.objects.filter(pk=issue.pk).update(status=Issue.Status.HELD, resumes_at=None)
    assert level("issues") is WARNING


def test_letters_in_doubt_are_counted():
    issue, reader = make_issue(), make_subscriber()
    delivery = Delivery.objects.create(
        issue=issue, subscriber=reader, domain="example.org", due_at=timezone.now()
    )
    assert level("letters") is OK
    Delivery.objects.filter(pk=delivery.pk).update(
        status=Delivery.Status.UNCERTAIN, reason="The line broke."
    )
    assert level("letters") is WARNING
    assert found("letters").figures == {"letters_in_doubt": 1}


@pytest.mark.parametrize(("megabytes", "expected"), [(100_000, OK), (1500, WARNING), (400, ERROR)])
def test_a_disk_that_fills_up(monkeypatch, megabytes, expected):
    usage = SimpleNamespace(free=megabytes * machine.MB)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert level("disk") is expected


def test_a_folder_of_uploads_that_is_not_made_yet_is_looked_for_above(settings):
    settings.MEDIA_ROOT = "/nowhere/at/all"
    assert found("disk").figures["disk_free_bytes"] > 0


@pytest.mark.parametrize(("hours", "expected"), [(1, OK), (30, WARNING), (60, ERROR)])
def test_a_backup_grows_old(hours, expected):
    assert level("backup") is WARNING
    times = {"started_at": ago(hours=hours + 1), "finished_at": ago(hours=hours)}
    BackupRun.objects.create(**times, succeeded=True)
    assert level("backup") is expected


def test_a_backup_that_failed_is_a_warning_although_there_is_one():
    for hours, succeeded in ((20, True), (2, False)):
        times = {"started_at": ago(hours=hours), "finished_at": ago(hours=hours)}
        error = "" if succeeded else "The disk of BACKUP_DIR is full."
        BackupRun.objects.create(**times, succeeded=succeeded, error=error)
    BackupRun.objects.create(started_at=timezone.now())  # one that runs
    assert level("backup") is WARNING
    assert "failed: The disk of BACKUP_DIR is full." in found("backup").sentence


def test_a_certificate_that_ends_or_is_refused(settings):
    settings.SITE_URL = "https://clinic.test"
    assert "certificate" not in {each.name for each in checks.run()}
    seen = Certificate.objects.create(host="clinic.test", checked_at=timezone.now())
    for days, expected in ((60, OK), (10, WARNING), (1, ERROR)):
        Certificate.objects.update(expires_at=timezone.now() + timedelta(days=days, minutes=1))
        assert level("certificate") is expected
    Certificate.objects.update(expires_at=None, problem="certificate has expired")
    assert level("certificate") is ERROR
    Certificate.objects.filter(pk=seen.pk).update(checked_at=ago(days=3))
    assert "certificate" not in {each.name for each in checks.run()}, "nobody knows any more"


def test_a_clock_that_is_apart_from_that_of_the_database(monkeypatch):
    assert level("clock") is OK
    there = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(machine.timezone, "now", lambda: there)
    assert level("clock") is ERROR


def test_in_production_nobody_to_tell_is_a_warning(settings):
    assert level("watch") is WARNING
    settings.ALERT_EMAIL = ["operator@example.org"]
    assert level("watch") is ERROR
    heartbeats.record("watch")
    assert level("watch") is OK


def test_a_check_that_breaks_is_said_and_hides_no_other(settings):
    settings.HEALTH_CHECKS = [f"{__name__}.breaks", "core.monitoring.machine.check_disk"]
    names = {each.name: each.level for each in checks.run()}
    assert (names["breaks"], names["disk"]) == (WARNING, OK)
    assert "secret" not in found("breaks").sentence


def breaks() -> list[CheckResult]:
    raise ValueError("secret")


def test_no_sentence_and_no_figure_names_anybody():
    make_email(to="grace@example.org")
    OutgoingEmail.objects.update(attempts=1, last_error="550 grace@example.org", due_at=ago(days=1))
    said = "".join(f"{each}" for each in checks.run())
    assert "grace" not in said


def test_checks_ask_little(django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        checks.run()

"""A worker whose clock is days ahead does nothing before its time: the database's clock decides."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from appointments.models import Appointment, EntryStatus, OfferStatus, Status, WaitlistOffer
from articles.models import Article
from core.mail import outbox
from core.mail.models import EmailStatus, OutgoingEmail
from curednation.celery import app
from devstack import clock
from newsletter.models import Issue, Subscriber
from tests.articles.factories import approve, make_draft
from tests.factories import make_appointment, make_entry, make_hold, make_service
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import make_issue
from tests.processes import Process

pytestmark = pytest.mark.django_db(transaction=True)
AHEAD = timedelta(days=5)
TASKS = [
    "appointments.tasks.write_reminders",
    "appointments.tasks.offer_freed_times",
    "appointments.tasks.purge_abandoned_holds",
    "appointments.tasks.purge_waitlist",
    "appointments.tasks.forget_patients",
    "articles.tasks.publish_due",
    "newsletter.tasks.sweep",
    "newsletter.tasks.erase_expired",
    "core.mail.tasks.sweep",
]


def soon(**later: float) -> datetime:
    return datetime.now(UTC) + timedelta(**later)


def days_ahead() -> dict[str, str]:
    """The variables of a process whose clock is days ahead of this one's."""
    seconds = int(os.environ.get("FAKETIME", "0")) + int(AHEAD.total_seconds())
    return clock.SETTINGS | {"LD_PRELOAD": clock.library(), "FAKETIME": f"{seconds:+d}"}


def run(worker: Process, names: list[str]) -> None:
    """Let the worker run these tasks, and wait until it has."""
    for name in names:
        begun = worker.output().count(f"Task {name}")
        app.send_task(name)
        wait_until(lambda name=name, begun=begun: _ended(worker, name, begun), worker)


def _ended(worker: Process, name: str, begun: int) -> bool:
    lines = [line for line in worker.output().splitlines() if f"Task {name}" in line]
    ended = [line for line in lines[begun:] if "succeeded" in line or "raised" in line]
    assert not any("raised" in line for line in ended), worker.output()
    return bool(ended)


def wait_until(done: Callable[[], bool], worker: Process) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline, worker.output()
        time.sleep(0.05)


def make_what_is_due_within_days(visit: Appointment) -> None:
    """Write what a clock that is days ahead would take for due."""
    make_hold(minutes=30, service=visit.service)
    entry = make_entry(service=visit.service, until=soon(days=2))
    WaitlistOffer.objects.create(
        entry=entry,
        hold=make_hold(minutes=15, service=visit.service, starts_at=soon(days=8)),
        provider=visit.provider,
        starts_at=soon(days=8),
        created=soon(),
        until=soon(minutes=15),
    )
    approve(make_draft(slug="later", publish_at=soon(days=2)))
    make_issue(status=Issue.Status.SCHEDULED, send_at=soon(days=2), zone="UTC")
    left = soon(days=2) - timedelta(days=30)
    make_subscriber(status=Subscriber.Status.LEFT, left_at=left)
    outbox.enqueue("mail_test", key="later", to="later@example.org", wait=timedelta(days=1))


def nothing_was_done() -> bool:
    offer, issue = WaitlistOffer.objects.get(), Issue.objects.get()
    held = Appointment.objects.filter(status=Status.HELD).count()
    return (
        held == 2
        and offer.status == OfferStatus.OPEN
        and offer.entry.status == EntryStatus.WAITING
        and Article.objects.get().published_at is None
        and issue.status == Issue.Status.SCHEDULED
        and Subscriber.objects.get().email != ""
        and OutgoingEmail.objects.get().status == EmailStatus.WAITING
    )


def test_a_worker_whose_clock_is_days_ahead_does_nothing_before_its_time(start_worker, smtp_server):
    service = make_service(reminder_hours=[24])
    visit = make_appointment(service=service, starts_at=soon(days=5, hours=20))
    make_what_is_due_within_days(visit)
    worker = start_worker(EMAIL_URL=smtp_server.url, NEWSLETTER_LEFT_DAYS="30", **days_ahead())
    run(worker, TASKS)
    assert nothing_was_done()
    assert smtp_server.mails == []
    assert "seconds ahead of the database's" in worker.output()

    due = make_appointment(service=service, starts_at=soon(hours=20))
    run(worker, TASKS[:1])
    reminder = OutgoingEmail.objects.get(about=f"appointment:{due.pk}")
    [mail] = smtp_server.wait_for(1)
    assert abs(reminder.created_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert abs(parsedate_to_datetime(mail["Date"]) - datetime.now(UTC)) < timedelta(minutes=5)

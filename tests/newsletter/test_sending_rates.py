"""How fast letters go out, over all workers, and what happens when nobody can count."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from redis.exceptions import RedisError

from newsletter.delivery import queries, sending_rates, warm_up
from newsletter.models import Batch, Delivery, Issue
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import mail_through, make_issue, make_readers, send, start, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_server(settings, smtp_server):
    mail_through(settings, smtp_server.url)


def test_no_more_than_so_many_a_second_over_all_workers(settings):
    settings.NEWSLETTER_PER_SECOND = 20
    began, taken = time.monotonic(), 0
    while time.monotonic() < began + 1.5:
        wait = sending_rates.wait("example.org")
        taken += not wait
        time.sleep(min(wait, 0.05))
    assert 20 <= taken <= 50


def test_one_domain_waits_while_others_go_on(settings, smtp_server):
    settings.NEWSLETTER_PER_DOMAIN = 2
    make_readers(5)
    make_subscriber(email="a@elsewhere.test")
    issue = start(make_issue())
    send(issue)
    assert statuses(issue) == {"sent": 3, "waiting": 3}
    waiting = Delivery.objects.filter(status="waiting")
    assert set(waiting.values_list("domain", flat=True)) == {"example.org"}
    assert all(row.due_at > datetime.now(UTC) + timedelta(seconds=1) for row in waiting)


def test_without_the_cache_nothing_that_has_a_limit_is_sent(settings, smtp_server, monkeypatch):
    settings.NEWSLETTER_PER_SECOND = 1000
    make_readers(2)

    def dead(*args, **more):
        raise RedisError

    monkeypatch.setattr("redis.client.Redis.evalsha", dead)
    issue = send(make_issue())
    assert smtp_server.mails == []
    assert "The cache is away" in issue.reason
    assert issue.resumes_at
    assert issue.status == Issue.Status.PAUSED


def test_an_hours_limit_counts_what_open_batches_may_still_send(settings, smtp_server):
    settings.NEWSLETTER_PER_HOUR = 5
    make_readers(8)
    issue = start(make_issue())
    claimed = queries.claim(issue.pk, "other", most=3, workers=9)
    send(issue)
    assert len(smtp_server.mails) == 2
    queries.finish(claimed.batch)
    send(issue)
    assert len(smtp_server.mails) == 5
    assert sending_rates.room() == 0
    Batch.objects.update(finished_at=datetime.now(UTC) - timedelta(minutes=61))
    assert sending_rates.room() == 5


def test_a_new_sender_sends_a_little_more_each_day(settings, smtp_server, monkeypatch):
    settings.NEWSLETTER_WARM_UP_FROM = datetime.now(UTC).date().isoformat()
    monkeypatch.setattr(warm_up, "PLAN", (3, 5))
    make_readers(6)
    issue = send(make_issue())
    assert (statuses(issue), issue.status) == ({"sent": 3, "waiting": 3}, Issue.Status.SENDING)


def test_the_plan_grows_and_ends():
    first = date(2026, 1, 1)
    days = [warm_up.allowed(first, first + timedelta(days=n)) for n in range(-1, 30)]
    assert days[:3] == [0, 200, 300]
    grown = [number for number in days if number is not None]
    assert grown == sorted(grown)
    assert days[-1] is None


def test_no_more_workers_than_allowed_send_one_issue_at_a_time():
    make_readers(3)
    issue = start(make_issue())
    assert [bool(queries.claim(issue.pk, "w", most=1, workers=2)) for _ in range(3)] == [1, 1, 0]

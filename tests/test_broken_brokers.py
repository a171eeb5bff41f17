"""A worker lives through whatever happens to its broker, and loses and doubles nothing."""

import time
from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from core import broker as publisher
from core.mail import tasks
from core.mail.models import EmailStatus, OutgoingEmail
from curednation.celery import app
from devstack import workers
from tests import brokers
from tests.brokers import Broker
from tests.core.mail.factories import make_email
from tests.processes import Process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BACK_WITHIN = 60  # seconds
MAILS = 40


@pytest.fixture(scope="module", params=[brokers.Redis, brokers.RabbitMQ])
def broker(request) -> Broker:
    with brokers.used(request.param(), app.conf.broker_url) as broker:
        yield broker


def killed(broker: Broker) -> None:
    broker.kill()
    time.sleep(1)  # the worker meets the dead one, too
    broker.start()


def restarted(broker: Broker) -> None:
    broker.restart()


def flushed(broker: Broker) -> None:
    broker.flush()


def hung(broker: Broker) -> None:
    broker.pause()
    time.sleep(6)  # longer than every time-out of a second
    broker.resume()


def wait_for_all(count: int) -> None:
    """Let the sweep run as beat would, with the waiting of a minute cut short."""
    deadline = time.monotonic() + BACK_WITHIN
    while OutgoingEmail.objects.filter(status=EmailStatus.SENT).count() < count:
        assert time.monotonic() < deadline, list(OutgoingEmail.objects.values("status", "due_at"))
        publisher.breaker.reset()
        OutgoingEmail.objects.filter(status=EmailStatus.WAITING, due_at__gt=Now()).update(
            due_at=Now()
        )
        tasks.sweep()
        time.sleep(0.5)


@pytest.mark.parametrize("fault", [killed, restarted, flushed, hung])
def test_a_worker_under_load_goes_on_and_every_mail_arrives_once(
    broker: Broker, fault: Callable[[Broker], None], start_worker, smtp_server
):
    smtp_server.delay = 0.3
    worker = start_worker(BROKER_URL=broker.url, EMAIL_URL=smtp_server.url, WORKER_PROCESSES="2")
    for _ in range(MAILS):
        make_email()
    smtp_server.wait_for(5)
    fault(broker)
    late = make_email()
    smtp_server.delay = 0
    wait_for_all(MAILS + 1)
    assert worker.process.poll() is None
    assert "Unrecoverable" not in worker.output()
    # One that was being sent when its broker went is not sent twice either.
    ids = [mail["Message-ID"] for mail in smtp_server.mails]
    assert len(ids) == len(set(ids)) == MAILS + 1
    assert late.message_id in ids
    assert not OutgoingEmail.objects.exclude(attempts=1).exists(), worker.output()


def test_a_worker_goes_on_of_which_one_process_is_busy_and_one_waits(
    broker: Broker, start_worker, smtp_server
):
    smtp_server.delay = 4
    worker = start_worker(BROKER_URL=broker.url, EMAIL_URL=smtp_server.url, WORKER_PROCESSES="2")
    make_email()
    deadline = time.monotonic() + 15
    while not smtp_server.attempts:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed(broker)
    smtp_server.delay = 0
    make_email()
    wait_for_all(2)
    assert worker.process.poll() is None
    assert len(smtp_server.mails) == 2


def test_beat_goes_on_after_its_broker_was_killed(broker: Broker, tmp_path, monkeypatch):
    command = [*workers.beat(str(tmp_path / "beat")), "--loglevel", "info"]
    with Process(
        command,
        ready=lambda beat: "beat: Starting" in beat.output(),
        BROKER_URL=broker.url,
        LOG_LEVEL="INFO",
    ) as beat:
        broker.kill()
        broker.start()
        before = publisher.queue_length("core.mail.tasks.sweep")
        deadline = time.monotonic() + 75
        while publisher.queue_length("core.mail.tasks.sweep") <= before:
            assert time.monotonic() < deadline, beat.output()
            time.sleep(0.2)
        assert beat.process.poll() is None

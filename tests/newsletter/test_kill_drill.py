"""`kill -9` of workers, broker and mail server in the middle of an issue, and what it may cost."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.db.models import Sum
from django.db.models.functions import Now

from core import broker
from curednation.celery import app
from devstack import valkey, workers
from newsletter import tasks
from newsletter.models import Batch, Delivery, Issue, Subscriber
from tests.brokers import use_broker
from tests.newsletter.issues import make_issue, start, statuses
from tests.processes import Process, free_port

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = 5_000
PATIENCE = 240


class Server:
    """A process on a port of its own that can be killed and started again."""

    def __init__(self, *command: str) -> None:
        self.command = command
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def worker(broker: str, mail: str) -> Process:
    """One worker for letters in one process, so that killing it is killing all of it."""
    command = [*workers.letters(), "--pool", "solo", "--loglevel", "info"]
    return Process(
        [*command, "--without-heartbeat"],
        ready=lambda process: " ready." in process.output(),
        BROKER_URL=broker,
        NEWSLETTER_EMAIL_URL=mail,
        LOG_LEVEL="INFO",
        WORKER_PROCESSES="1",
    )


@pytest.fixture
def broker_url():
    ours, url = app.conf.broker_url, f"redis://127.0.0.1:{free_port()}/0"
    use_broker(url)
    yield url
    use_broker(ours)


def time_passes(dead: list[Process]) -> None:
    """Leases of killed workers run out, what waits is due, what paused has rested; then a sweep."""
    for each in dead:
        mine = Batch.objects.open().filter(worker__endswith=f":{each.process.pid}")
        mine.update(lease_until=Now())
    Delivery.objects.filter(batch=None).update(due_at=Now())
    Issue.objects.filter(resumes_at__isnull=False).update(resumes_at=Now())
    broker.breaker.reset()
    tasks.sweep()


def test_a_drill_loses_nothing_repeats_nothing_and_leaves_little_in_doubt(broker_url, tmp_path):
    Subscriber.objects.bulk_create(
        Subscriber(
            email=f"reader{n}@example.org",
            address_hash=f"{n}",
            status="active",
            joined_at="2026-01-01T00:00Z",
        )
        for n in range(MAILS)
    )
    issue = start(make_issue())
    taken, port = tmp_path / "taken", free_port()
    moments = sorted(random.sample(range(200, MAILS - 800), 4))

    def at_the_sink() -> list[str]:
        return taken.read_text().split() if taken.exists() else []

    with ExitStack() as stack:
        broker = Server(
            str(valkey._program()), "--port", broker_url[-7:-2].strip(":"), "--save", ""
        )
        stack.callback(broker.kill)
        sink = Server(
            sys.executable, str(Path(__file__).with_name("smtp_sink.py")), str(port), str(taken)
        )
        stack.callback(sink.kill)
        workers = [worker(broker_url, f"smtp://127.0.0.1:{port}") for _ in range(3)]
        for each in workers:
            stack.enter_context(each)
        dead: list[Process] = []

        def kill_a_worker() -> None:
            sending = Batch.objects.open().values_list("worker", flat=True)
            pids = {int(name.rpartition(":")[2]) for name in sending}
            victim = next(
                (each for each in workers if each not in dead and each.process.pid in pids), None
            )
            if victim:
                os.kill(victim.process.pid, signal.SIGKILL)
                victim.process.wait()
                dead.append(victim)

        def restart(server: Server) -> None:
            server.kill()
            server.start()

        kills = [kill_a_worker, kill_a_worker, lambda: restart(broker), lambda: restart(sink)]
        random.shuffle(kills)
        until, swept = time.monotonic() + PATIENCE, 0.0
        while True:
            assert time.monotonic() < until, statuses(issue)
            if kills and len(at_the_sink()) >= moments[-len(kills)]:
                kills.pop(0)()
            if time.monotonic() > swept + 0.5:
                swept = time.monotonic()
                with suppress(OSError):
                    time_passes(dead)
                if not kills and Issue.objects.get(pk=issue.pk).status == Issue.Status.SENT:
                    break
            time.sleep(0.02)

    found = statuses(issue)
    assert sum(found.values()) == issue.total == MAILS
    assert set(found) <= {"sent", "failed", "uncertain"}
    assert max(Counter(at_the_sink()).values()) == 1
    sent = Delivery.objects.of(issue).filter(status="sent")
    assert set(sent.values_list("subscriber__email", flat=True)) <= set(at_the_sink())
    # One for each killed worker, and one for each of the two lines that the sink's death cut.
    assert found.get("uncertain", 0) <= len(dead) + 2
    sums = Batch.objects.filter(issue=issue).aggregate(sent=Sum("sent"), in_doubt=Sum("uncertain"))
    assert sums == {"sent": found["sent"], "in_doubt": found.get("uncertain", 0)}

"""A million mails emptied in one night, beside others who write to the same table."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from bench.table import Row
from core.mail import delivery
from core.mail.models import EmailStatus, OutgoingEmail

MOST = 120  # seconds
WAITS = 0.5  # seconds: the longest that one who books may wait for the outbox meanwhile


def rows() -> list[Row]:
    """Empty what is due, while one mail after the other is written and sent."""
    with _writer() as waits:
        began = time.perf_counter()
        count = delivery.purge(timedelta(days=settings.MAIL_BODY_DAYS))
        took = time.perf_counter() - began
    assert waits, "nobody wrote a mail meanwhile"
    longest = max(waits)
    return [
        Row(
            f"{count:,} mails emptied, {count / took:,.0f} a second",
            f"{took:.0f} s",
            f"at most {MOST} s",
            took <= MOST,
        ),
        Row(
            f"{len(waits):,} mails written and sent meanwhile, the slowest",
            f"{longest * 1000:,.0f} ms",
            f"at most {WAITS * 1000:.0f} ms",
            longest <= WAITS,
        ),
    ]


@contextmanager
def _writer() -> Iterator[list[float]]:
    """Another connection that writes a mail, claims and settles it, again and again."""
    over = Event()
    waits: list[float] = []

    def write() -> None:
        while not over.wait(0.05):
            began = time.perf_counter()
            _send(f"{uuid4()}")
            waits.append(time.perf_counter() - began)
        connection.close()

    thread = Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def _send(key: str) -> None:
    about = {"key": key, "template": "bench", "to": "somebody@example.org"}
    mail = OutgoingEmail(**about, message_id=f"<{key}@bench>", due_at=Now())
    mail.save()
    claimed = OutgoingEmail.objects.claim(mail.pk)
    assert claimed is not None
    OutgoingEmail.objects.settle(claimed, status=EmailStatus.SENT, sent_at=Now())

"""Sending the newsletter: one worker beside bare loops and django-newsletter, to the same sink."""

import json
import os
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from bench import peer, smtp_sink
from bench.table import Row
from newsletter.delivery import sending
from newsletter.delivery.mime import IssueMessage, Recipient
from newsletter.issues import rendering, workflow
from newsletter.models import Delivery, Issue
from tests.core.staff.people import make_manager, sign_in
from tests.database import unguarded
from tests.newsletter.issues import make_issue, make_practice
from tests.processes import database_url

# About 30 kB as mail, as a letter with a few paragraphs and some cards has.
TEXT = "<h2>What is new</h2>" + "<p>We open on Saturdays from now on. Come and see us.</p>" * 150
MAILS, ROUNDS = 1_500, 5
DJANGO_MAILS = 1_000
MANY, LONG = 1_000_000, 100_000


def speed() -> list[Row]:
    """Mails a second through one worker, and through what it is compared with."""
    people(MAILS)
    with smtp_sink.running() as port:
        # In turns: a disk or a neighbor that is busy for a while must not decide.
        rounds = [(_bare_loop(port), _ours(port)) for _ in range(ROUNDS)]
        bare, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
        part = statistics.median(mine / loop for loop, mine in rounds)
        commit = _commit()
        django = _django_loop(port)
        with override_settings(NEWSLETTER_DKIM_KEY=_key()):
            signed = _ours(port)
        theirs = peer.django_newsletter(port, TEXT)
    return [
        Row("bare loop of prebuilt bytes", f"{bare:,.0f}/s", "", None),
        Row("one commit on this disk, the least a mail can take", f"{commit:.2f} ms", "", None),
        Row("loop of Django messages", f"{django:,.0f}/s", "", None),
        Row(
            "one worker, synchronous_commit on",
            f"{ours:,.0f}/s = {part:.0%} of bare",
            "at least 55 %",
            part >= 0.55,
        ),
        Row("of the loop", f"{ours / django:.0%}", "at least 150 %", ours >= 1.5 * django),
        Row("one worker, signed with DKIM", f"{signed:,.0f}/s", "at least 700/s", signed >= 700),
        Row("django-newsletter 1.2", f"{theirs:,.0f}/s", "", None),
        Row("how many times as fast", f"{ours / theirs:.1f}", "at least 4", ours >= 4 * theirs),
    ]


def large() -> list[Row]:
    """Freezing a million recipients, and what staff then wait for; memory of a long send."""
    people(MANY)
    issue = make_issue(body=TEXT)
    workflow.send_now(issue)
    froze = _seconds(lambda: workflow.freeze(issue.pk))
    assert Delivery.objects.of(issue).count() == MANY
    _as_if_sent(issue)
    client = _staff()
    rows = [Row(f"freezing {MANY:,} recipients", f"{froze:.1f} s", "20 s", froze <= 20)]
    for name in ("", f"{issue.pk}/progress/", f"{issue.pk}/progress/now/", f"{issue.pk}/send/"):
        page = f"/admin/newsletter/issue/{name}"
        took = _page(client, page)
        rows.append(Row(f"admin, {name or 'list'}", f"{took:.0f} ms", "200 ms", took <= 200))
    return rows


def memory() -> list[Row]:
    """The size of a worker over 100,000 mails, and of what it grew after the first tenth."""
    people(LONG)
    issue = make_issue(body=TEXT)
    workflow.send_now(issue)
    with smtp_sink.running() as port:
        done = subprocess.run(  # noqa: S603  (our own script)
            [sys.executable, "-m", "bench.long_send", str(issue.pk)],
            env=os.environ
            | {"DATABASE_URL": database_url(), "NEWSLETTER_EMAIL_URL": f"smtp://127.0.0.1:{port}"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found = json.loads(done.stdout.splitlines()[-1])
    first, last = found["first_tenth"], found["end"]
    flat = last <= 150 and last - first <= 10
    what = f"worker over {LONG:,} mails, {found['a_second']:,.0f}/s"
    return [Row(what, f"{first:.0f} MB, then {last:.0f} MB", "flat, at most 150 MB", flat)]


def _as_if_sent(issue: Issue) -> None:
    """Some of everything: as after sending, in batches."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO newsletter_batch (issue_id, worker, started_at, lease_until, finished_at,
                                          size, ids, sent, failed, uncertain, skipped)
            SELECT %s, 'bench', now(), now(), now() - n * interval '5 s', 200, '{}', 196, 3, 0, 1
              FROM generate_series(1, %s / 200) AS n
            """,
            [issue.pk, MANY],
        )
        cursor.execute(
            """
            UPDATE newsletter_delivery SET batch_id = id / 200 + 1, settled_at = now(),
                   status = CASE WHEN id % 200 < 3 THEN 'failed'
                                WHEN id % 200 = 3 THEN 'skipped' ELSE 'sent' END,
                   reason = CASE WHEN id % 200 < 3 THEN '550 5.1.1 …: reason ' || id % 7
                                 WHEN id % 200 = 3 THEN 'left' ELSE '' END
            """
        )
        cursor.execute("VACUUM ANALYZE newsletter_delivery")
    assert workflow.finish(issue.pk)


def _staff() -> Client:
    client = Client(SERVER_NAME="127.0.0.1", headers={"x-forwarded-proto": "https"})
    return sign_in(client, make_manager())


def _page(client: Client, page: str) -> float:
    """The middle of several times, in ms."""
    took = []
    for _ in range(7):
        began = time.perf_counter()
        answer = client.get(page, secure=True)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer
    return statistics.median(took)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ours(port: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"
    issue = make_issue(body=TEXT)
    workflow.send_now(issue)
    workflow.freeze(issue.pk)
    with _server(port):
        began = time.perf_counter()
        sending.send_batches(issue.pk, worker="bench", seconds=600)
        took = time.perf_counter() - began
    assert Delivery.objects.of(issue).filter(status="sent").count() == MAILS
    return MAILS / took


def _commit() -> float:
    """Milliseconds of the smallest change that is committed, the middle of many."""
    issue, took = make_issue(), []
    for number in range(300):
        began = time.perf_counter()
        Issue.objects.filter(pk=issue.pk).update(total=number)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _bare_loop(port: int) -> float:
    """The same bytes for everybody, by smtplib, over one connection."""
    octets = _post().octets(Recipient("reader1@example.org", "k" * 22))
    line = smtplib.SMTP("127.0.0.1", port)
    line.ehlo()
    began = time.perf_counter()
    for number in range(MAILS):
        line.sendmail("news@example.org", [f"reader{number}@example.org"], octets)
    took = time.perf_counter() - began
    line.quit()
    return MAILS / took


def _django_loop(port: int) -> float:
    """Django's own messages over one connection."""
    written = _post().rendered
    began = time.perf_counter()
    with get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    ) as line:
        for number in range(DJANGO_MAILS):
            message = EmailMultiAlternatives(
                written.subject, written.text, "news@example.org", [f"reader{number}@example.org"]
            )
            message.attach_alternative(written.html, "text/html")
            line.send_messages([message])
    return DJANGO_MAILS / (time.perf_counter() - began)


def _post() -> IssueMessage:
    issue = make_issue(body=TEXT)
    written = rendering.render(issue)
    issue.delete()
    return IssueMessage(written, issue=1)


def _key() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


@contextmanager
def _server(port: int) -> Iterator[None]:
    with override_settings(NEWSLETTER_EMAIL={"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}):
        yield


def people(count: int) -> None:
    """Exactly so many who asked for it, and nothing sent to them yet."""
    make_practice()
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE newsletter_delivery, newsletter_batch, newsletter_issue,"
            " newsletter_subscriber CASCADE"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO newsletter_subscriber
                (email, address_hash, key, status, language, created_at, joined_at, soft_bounces)
            SELECT 'reader' || n || '@mail' || n %% 50 || '.example', md5(n::text),
                   substr(md5('key' || n), 1, 22), 'active', 'en', now(), now(), 0
              FROM generate_series(1, %s) AS n
            """,
            [count],
        )
        cursor.execute("ANALYZE newsletter_subscriber")

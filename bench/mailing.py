"""Sending the newsletter: one worker beside bare loops and django-newsletter, to the same sink."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.test.utils import override_settings

from bench import peer, smtp_sink
from bench.table import Row
from newsletter import campaigns, letter
from newsletter.delivery import sending
from newsletter.delivery.mime import Post, Recipient
from newsletter.models import Delivery
from tests.newsletter.issues import make_issue, make_practice

# About 30 kB as mail, as a letter with a few paragraphs and some cards has.
TEXT = "<h2>What is new</h2>" + "<p>We open on Saturdays from now on. Come and see us.</p>" * 70
MAILS = 3_000
DJANGO_MAILS = 1_000


def speed() -> list[Row]:
    """Mails a second through one worker, and through what it is compared with."""
    people(MAILS)
    with smtp_sink.running() as port:
        bare = _bare_loop(port)
        django = _django_loop(port)
        ours = _ours(port)
        with override_settings(NEWSLETTER_DKIM_KEY=_key()):
            signed = _ours(port)
        theirs = peer.django_newsletter(port)
    return [
        Row("bare loop of prebuilt bytes", f"{bare:,.0f}/s", "", None),
        Row("loop of Django messages", f"{django:,.0f}/s", "", None),
        Row(
            "one worker, synchronous_commit on",
            f"{ours:,.0f}/s = {ours / bare:.0%} of bare",
            "at least 55 %",
            ours >= 0.55 * bare,
        ),
        Row("of the loop", f"{ours / django:.0%}", "at least 150 %", ours >= 1.5 * django),
        Row("one worker, signed with DKIM", f"{signed:,.0f}/s", "", None),
        Row("django-newsletter 1.2", f"{theirs:,.0f}/s", "", None),
        Row("how many times as fast", f"{ours / theirs:.1f}", "at least 4", ours >= 4 * theirs),
    ]


def _ours(port: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] in ("on", "off")
    issue = make_issue(body=TEXT)
    campaigns.send_now(issue)
    campaigns.freeze(issue.pk)
    with _server(port):
        began = time.perf_counter()
        sending.work(issue.pk, worker="bench", seconds=600)
        took = time.perf_counter() - began
    assert Delivery.objects.of(issue).filter(state="sent").count() == MAILS
    return MAILS / took


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
    written = _post().letter
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


def _post() -> Post:
    issue = make_issue(body=TEXT)
    written = letter.write(issue)
    issue.delete()
    return Post(written, issue=1)


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
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE newsletter_delivery, newsletter_batch, newsletter_issue,"
            " newsletter_subscriber CASCADE"
        )
        cursor.execute(
            """
            INSERT INTO newsletter_subscriber
                (email, address_hash, key, state, language, created_at, joined_at, soft_bounces)
            SELECT 'reader' || n || '@mail' || n %% 50 || '.example', md5(n::text),
                   substr(md5('key' || n), 1, 22), 'active', 'en', now(), now(), 0
              FROM generate_series(1, %s) AS n
            """,
            [count],
        )
        cursor.execute("ANALYZE newsletter_subscriber")

"""DKIM (RFC 6376), where a key is configured. It covers what mail programs act on."""

from functools import cache

import dkim
from django.conf import settings

COVERED = [
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"MIME-Version",
    b"Content-Type",
    b"List-ID",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
    b"Feedback-ID",
]


def signed(mail: bytes) -> bytes:
    if not settings.NEWSLETTER_DKIM_KEY:
        return mail
    header = dkim.sign(
        mail,
        settings.NEWSLETTER_DKIM_SELECTOR.encode("ascii"),
        domain().encode("ascii"),
        key(settings.NEWSLETTER_DKIM_KEY),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=COVERED,
    )
    return bytes(header) + mail


def domain() -> str:
    """The signature's domain: that of the From, so that DMARC finds both alike."""
    return settings.NEWSLETTER_FROM_EMAIL.rpartition("@")[2].strip("<> ")


@cache
def key(text: str) -> bytes:
    """A PEM, also when its line ends were written as `\\n` in an environment variable."""
    return text.replace("\\n", "\n").encode("ascii")

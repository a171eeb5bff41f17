"""Message-IDs of the newsletter: they name the delivery, and nobody else can make one.

A report that a mail came back quotes it. Only a Message-ID that we made is believed, so a forged
report suppresses nobody.
"""

import hashlib
import hmac
import re

from django.conf import settings

_OURS = re.compile(r"newsletter-(\d{1,18})-(\d{1,18})\.([0-9a-f]{24})@", re.IGNORECASE)


def make(issue_pk: int, delivery_pk: int, domain: str) -> str:
    """`<newsletter-12-345.0f…@domain>`, the same each time; signed by the first NEWSLETTER_KEYS."""
    name = f"{issue_pk}-{delivery_pk}"
    return f"<newsletter-{name}.{_signature(name, settings.NEWSLETTER_KEYS[0])}@{domain}>"


def parse(text: str) -> tuple[int, int] | None:
    """Issue and delivery of the first Message-ID of ours within `text`; None without one."""
    for found in _OURS.finditer(text):
        issue, delivery, signature = found.groups()
        name = f"{issue}-{delivery}"
        made = (_signature(name, key) for key in settings.NEWSLETTER_KEYS)
        if any(hmac.compare_digest(signature.lower(), each) for each in made):
            return int(issue), int(delivery)
    return None


def _signature(name: str, key: str) -> str:
    purpose = f"newsletter.message-id {name}".encode()
    return hmac.new(key.encode(), purpose, hashlib.sha256).hexdigest()[:24]

"""Message-IDs of the newsletter."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def make(issue: int, key: str) -> str:
    digest = salted_hmac("newsletter.message-id", f"{issue} {key}", algorithm="sha256").hexdigest()
    return f"<{digest[:32]}@{settings.NEWSLETTER_FROM_EMAIL.rpartition('@')[2].strip('<> ')}>"

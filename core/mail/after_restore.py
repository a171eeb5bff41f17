"""The outbox of e-mails after a restore: see `core.outbox.after_restore`."""

from collections.abc import Iterable
from datetime import datetime

from core.mail.models import OutgoingEmail
from core.outbox import after_restore

KEPT = ("key", "template", "about", "message_id")


def sent_since(since: datetime) -> list[dict[str, str]]:
    """Return what is to be kept of each e-mail that was sent since then. It names nobody."""
    return after_restore.sent_since(OutgoingEmail.objects.all(), since, KEPT)


def mark_sent(rows: Iterable[dict[str, str]]) -> int:
    """Let these count as sent; return how many did not before. Safe to run twice."""
    return after_restore.mark_sent(OutgoingEmail.objects.all(), rows)


def hold_what_waits() -> int:
    """Let staff decide about every e-mail that would go out now; return how many there are."""
    return after_restore.hold_what_waits(OutgoingEmail.objects.all())

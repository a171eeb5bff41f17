"""The outbox after a restore: what had been sent is known as sent, and what nobody knows waits.

From the backup to the loss e-mails went out. Those that were written down beside the backup are
put back as what is left of any e-mail after its period: kind, thing, key and times. So nothing
writes them a second time. All else that would go out now is shown to staff as failed, to be sent
again or left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.database import database_time
from core.mail.models import EMPTY, EmailStatus, OutgoingEmail

KEPT = ("key", "template", "about", "message_id")
LONGEST_WAY = timedelta(days=4)  # from the writing of an e-mail to its last attempt
AT_ONCE = 1000


def sent_since(since: datetime) -> list[dict[str, str]]:
    """Return what is to be kept of each e-mail that was sent since then. It names nobody."""
    written = OutgoingEmail.objects.filter(created_at__gte=since - LONGEST_WAY)
    sent = written.filter(status=EmailStatus.SENT, sent_at__gte=since).order_by("pk")
    rows = sent.values(*KEPT, "created_at", "sent_at")
    return [{name: str(value) for name, value in row.items()} for row in rows]


def mark_sent(rows: Iterable[dict[str, str]]) -> int:
    """Let these count as sent; return how many did not before. Safe to run twice."""
    by_key = {row["key"]: row for row in rows}
    known = dict(OutgoingEmail.objects.filter(key__in=by_key).values_list("key", "status"))
    changed = 0
    for key, status in known.items():
        if status in (EmailStatus.WAITING, EmailStatus.SENDING, EmailStatus.FAILED):
            OutgoingEmail.objects.filter(key=key).update(
                status=EmailStatus.SENT,
                sent_at=datetime.fromisoformat(by_key[key]["sent_at"]),
                **_NOT_ON_ITS_WAY,
            )
            changed += 1
    # What opens an account goes once it is sent.
    opened = OutgoingEmail.objects.filter(key__in=known, status=EmailStatus.SENT, secret=True)
    opened.update(text="", html="", attachments=[])
    new = [_emptied(row) for key, row in by_key.items() if key not in known]
    OutgoingEmail.objects.bulk_create(new, batch_size=AT_ONCE)
    return changed + len(new)


_NOT_ON_ITS_WAY: dict[str, Any] = {"due_at": None, "claimed_by": None, "lease_until": None}


def _emptied(row: dict[str, str]) -> OutgoingEmail:
    return OutgoingEmail(
        **{name: row[name] for name in KEPT},
        **EMPTY,
        status=EmailStatus.SENT,
        created_at=datetime.fromisoformat(row["created_at"]),
        sent_at=datetime.fromisoformat(row["sent_at"]),
        purged_at=database_time.now(),
    )


def hold_what_waits() -> int:
    """Let staff decide about every e-mail that would go out now; return how many there are."""
    on_their_way = OutgoingEmail.objects.filter(
        status__in=[EmailStatus.WAITING, EmailStatus.SENDING]
    )
    on_their_way.filter(overtaken=True).update(status=EmailStatus.DROPPED, **_NOT_ON_ITS_WAY)
    return on_their_way.update(
        status=EmailStatus.FAILED,
        last_error=_("Restored from a backup: it may have gone out since."),
        **_NOT_ON_ITS_WAY,
    )

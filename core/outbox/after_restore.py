"""An outbox after a restore: what had been sent is known as sent, and what nobody knows waits.

From the backup to the loss messages went out. Those that were written down beside the backup are
put back as what is left of any after its period: kind, thing, key and times. So nothing writes
them a second time. All else that would go out now is shown to staff as failed, to be sent again or
left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from core.database import database_time
from core.outbox.rows import OutboxQuerySet, OutboxRow, OutboxStatus

LONGEST_WAY = timedelta(days=4)  # from the writing of a message to its last attempt
AT_ONCE = 1000
Row = TypeVar("Row", bound=OutboxRow)
_NOT_ON_ITS_WAY: dict[str, Any] = {"due_at": None, "claimed_by": None, "lease_until": None}


def sent_since(
    rows: OutboxQuerySet[Row], since: datetime, kept: tuple[str, ...]
) -> list[dict[str, str]]:
    """Return these columns of each that was sent since then. They name nobody."""
    written = rows.filter(created_at__gte=since - LONGEST_WAY)
    sent = written.filter(status=OutboxStatus.SENT, sent_at__gte=since).order_by("pk")
    found = sent.values(*kept, "created_at", "sent_at")
    return [{name: str(value) for name, value in row.items()} for row in found]


def mark_sent(rows: OutboxQuerySet[Row], told: Iterable[dict[str, str]]) -> int:
    """Let these count as sent; return how many did not before. Safe to run twice."""
    by_key = {row["key"]: row for row in told}
    known = dict(rows.filter(key__in=by_key).values_list("key", "status"))
    changed = 0
    for key, status in known.items():
        if status in (OutboxStatus.WAITING, OutboxStatus.SENDING, OutboxStatus.FAILED):
            rows.filter(key=key).update(
                status=OutboxStatus.SENT,
                sent_at=datetime.fromisoformat(by_key[key]["sent_at"]),
                **_NOT_ON_ITS_WAY,
            )
            changed += 1
    # What opens an account goes once it is sent.
    opened = rows.filter(key__in=known, status=OutboxStatus.SENT, secret=True)
    body = {name: value for name, value in rows.model.EMPTY.items() if name in rows.model.BODY}
    opened.update(**body)
    new = [_emptied(rows.model, row) for key, row in by_key.items() if key not in known]
    rows.bulk_create(new, batch_size=AT_ONCE)
    return changed + len(new)


def _emptied(model: type[Row], row: dict[str, str]) -> Row:
    times = {name: datetime.fromisoformat(row[name]) for name in ("created_at", "sent_at")}
    kept = {name: value for name, value in row.items() if name not in times}
    now = database_time.now()
    return model(**kept, **model.EMPTY, **times, status=OutboxStatus.SENT, purged_at=now)


def hold_what_waits(rows: OutboxQuerySet[Row]) -> int:
    """Let staff decide about all that would go out now; return how many there are."""
    on_their_way = rows.filter(status__in=[OutboxStatus.WAITING, OutboxStatus.SENDING])
    on_their_way.filter(overtaken=True).update(status=OutboxStatus.DROPPED, **_NOT_ON_ITS_WAY)
    return on_their_way.update(
        status=OutboxStatus.FAILED,
        last_error=_("Restored from a backup: it may have gone out since."),
        **_NOT_ON_ITS_WAY,
    )

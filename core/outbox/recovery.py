"""What becomes of outbox rows between attempts: waiting longer, killed workers, the sweep, purging.

Each function is given the rows of one outbox.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Case, DateTimeField, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core import broker
from core.outbox.rows import OutboxQuerySet, OutboxRow, OutboxStatus

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
# How long a handed-over row may sit in the queue before it is handed over once more: with a sweep
# every 30 seconds, what a broker forgot is told it again within a minute; where one sweep is lost
# too, within two.
QUEUE_PATIENCE = timedelta(seconds=20)
BATCH = 200
MOST_QUEUED = 2_000
PURGED_AT_ONCE = 2000  # a fifth of a second, in which nobody else wants these rows
Row = TypeVar("Row", bound=OutboxRow)


def retry_delay(attempts: int) -> timedelta:
    """Return twice as long after each attempt, up to two hours, and up to a fifth more or less."""
    return spread(min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY))


def spread(delay: timedelta) -> timedelta:
    """Return up to a fifth more or less."""
    return delay * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing


def back_to_waiting(delay: timedelta) -> dict[str, object]:
    """Return the changes for a row that is being sent and shall wait so long.

    One that was overtaken meanwhile is dropped instead.
    """
    overtaken = Q(overtaken=True)
    return {
        "status": Case(
            When(overtaken, then=Value(OutboxStatus.DROPPED)), default=Value(OutboxStatus.WAITING)
        ),
        "due_at": Case(
            When(overtaken, then=None), default=Now() + delay, output_field=DateTimeField()
        ),
    }


def release_abandoned(rows: OutboxQuerySet[Row], *, attempts: int) -> int:
    """Put back what a worker left behind when it was killed; return how many.

    Whether the server had already taken it, nobody knows: it is sent again, unless it has had
    `attempts` already.
    """
    gone = {"claimed_by": None, "lease_until": None, "last_error": _("The worker stopped.")}
    with transaction.atomic():
        pks = _lock(rows.abandoned())
        found = rows.filter(pk__in=pks)
        found.filter(attempts__gte=attempts).update(status=OutboxStatus.FAILED, **gone)
        found.filter(attempts__lt=attempts).update(**gone, **back_to_waiting(timedelta(0)))
    return len(pks)


def hand_over_overdue(rows: OutboxQuerySet[Row]) -> None:
    """Tell the workers of every row whose time it is.

    Not more than `MOST_QUEUED` wait in the queue at a time: while servers are slow, the same rows
    would be put there again and again.
    """
    room = MOST_QUEUED - broker.queue_length(rows.model.TASK)
    while room > 0 and (pks := take_overdue(rows)):
        room -= len(pks)
        if not _hand_over(rows, pks):
            break


def take_overdue(rows: OutboxQuerySet[Row]) -> list[int]:
    """Return up to 200 rows to hand over now, none of them again for a while."""
    with transaction.atomic():
        pks = _lock(rows.overdue())
        rows.filter(pk__in=pks).update(due_at=Now() + QUEUE_PATIENCE)
    return pks


def _hand_over(rows: OutboxQuerySet[Row], pks: list[int]) -> bool:
    """Tell the workers of these; return whether the broker took them all."""
    for done, pk in enumerate(pks):
        if not broker.publish(rows.model.TASK, pk):
            waiting = rows.filter(pk__in=pks[done:], status=OutboxStatus.WAITING)
            waiting.update(due_at=Now())
            return False
    return True


def purge(rows: OutboxQuerySet[Row], older_than: timedelta) -> int:
    """Empty every settled row written longer ago than that; return how many.

    Nothing of a person stays, the address included: the row then only proves that a message of this
    kind about this thing was sent, and when. What still waits keeps its body until it is settled.
    """
    old = rows.settled().filter(created_at__lt=Now() - older_than)
    count, at = 0, datetime.min.replace(tzinfo=UTC)
    while True:
        with transaction.atomic():
            # On from where the last batch ended: whoever begins anew each time reads all that was
            # emptied before, and is slower with every batch.
            later = old.filter(created_at__gte=at).order_by("created_at")
            found = list(_unlocked(later).values_list("pk", "created_at")[:PURGED_AT_ONCE])
            pks = [pk for pk, _at in found]
            rows.filter(pk__in=pks).update(**rows.model.EMPTY, purged_at=Now())
        if not found:
            return count
        count, at = count + len(found), found[-1][1]


def _lock(rows: OutboxQuerySet[Row]) -> list[int]:
    """The first of these rows; those that another transaction works on are left to the next run."""
    return list(_unlocked(rows).values_list("pk", flat=True)[:BATCH])


def _unlocked(rows: OutboxQuerySet[Row]) -> OutboxQuerySet[Row]:
    return rows.select_for_update(skip_locked=True)

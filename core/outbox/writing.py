"""Writing outbox rows with the change that owes them, overtaking, forgetting and sending again."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core import broker
from core.database import database_time
from core.outbox.rows import OutboxQuerySet, OutboxRow, OutboxStatus

# Once written, a row is given to a worker at once; the sweep looks after it from then on.
SWEEP_AFTER = timedelta(seconds=20)
Row = TypeVar("Row", bound=OutboxRow)


class NotResendable(Exception):
    """Its text says why, for staff to read."""


def write(rows: OutboxQuerySet[Row], row: Row, *, overtakes: bool, hand_over: bool) -> bool:
    """Insert a row in the caller's transaction; return False where its key was written before.

    With `overtakes` earlier rows of the same thing that are not sent yet never will be. With
    `hand_over` a worker is told after the commit; otherwise the sweep does that once it is due.
    """
    with transaction.atomic(savepoint=False):
        if not rows.write_once(row):
            return False
        if overtakes:
            rows.overtake(row.about, by=row.pk)
    if hand_over:
        _hand_over_on_commit(rows, row)
    return True


def leave_empty(row: OutboxRow) -> None:
    """Let it name nobody, and be dropped before it is written."""
    for name, value in row.EMPTY.items():
        setattr(row, name, value)
    row.status, row.due_at, row.purged_at = OutboxStatus.DROPPED, None, row.created_at


def _hand_over_on_commit(rows: OutboxQuerySet[Row], row: Row) -> None:
    # A lambda: with robust=True Django 5.2 cannot name a failing partial (#36487).
    transaction.on_commit(lambda: _hand_over(rows, row.pk), robust=True)


def _hand_over(rows: OutboxQuerySet[Row], pk: int) -> None:
    """Tell a worker. Where the broker does not hear of it, the next sweep takes it already."""
    if not broker.publish(rows.model.TASK, pk):
        rows.filter(pk=pk, status=OutboxStatus.WAITING).update(due_at=Now())


def count_dropped(rows: OutboxQuerySet[Row], template: str, *, about: str) -> int:
    """Return how many of this kind about this thing were dropped before they went out."""
    of_kind = rows.about(about).filter(template=template)
    return of_kind.filter(status=OutboxStatus.DROPPED).count()


def forget_all(rows: OutboxQuerySet[Row], things: Collection[str]) -> None:
    """Drop what waits about these things and empty what is settled."""
    rows.overtake(*things)
    settled = rows.settled().about(*things).exclude(about="")
    settled.update(**rows.model.EMPTY, purged_at=database_time.now())


def resend(rows: OutboxQuerySet[Row], row: Row) -> None:
    """Try a failed one again, from the first attempt. Raises NotResendable."""
    changed = (
        rows.resendable()
        .filter(pk=row.pk)
        .update(status=OutboxStatus.WAITING, attempts=0, due_at=database_time.now() + SWEEP_AFTER)
    )
    if not changed:
        raise NotResendable(
            _("It did not fail, a later one overtook it, its time is over, or its text is gone.")
        )
    _hand_over_on_commit(rows, row)


def leave_unsent(rows: OutboxQuerySet[Row], pks: Sequence[int]) -> list[int]:
    """Never send these that failed, because staff say so, in the caller's transaction; return them.

    They count as dropped from then on.
    """
    failed = rows.resendable().filter(pk__in=pks).select_for_update()
    left = list(failed.values_list("pk", flat=True))
    rows.filter(pk__in=left).update(status=OutboxStatus.DROPPED)
    return left


def resend_all(rows: OutboxQuerySet[Row], pks: Sequence[int]) -> list[int]:
    """Try these again, in the caller's transaction; return those of them that could be."""
    failed = rows.resendable().filter(pk__in=pks).select_for_update()
    again = list(failed.values_list("pk", flat=True))
    rows.filter(pk__in=again).update(status=OutboxStatus.WAITING, attempts=0, due_at=Now())
    if again:
        broker.publish_on_commit(rows.model.SWEEP)
    return again

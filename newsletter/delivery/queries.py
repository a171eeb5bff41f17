"""The statements of sending. Times are those of the database's clock.

A delivery is claimed by pointing it to a batch. From then on one statement for each mail, `step`,
settles the one before and marks the next as in flight, which commits before that one's DATA.
"""

from typing import NamedTuple

from django.db import connection, transaction

from newsletter.models import Batch

# Longer than a server may take for one mail: four answers of at most 30 seconds. A worker that is
# silent for so long is taken for dead, and what it had not tried goes to another.
LEASE_SECONDS = 180
# A worker that sends renews its lease so often. One that has not for SILENT_SECONDS waits for a
# server, or was killed: it keeps what it has claimed, and another may claim other deliveries.
RENEWED_SECONDS, SILENT_SECONDS = 10, 25


class ClaimedDelivery(NamedTuple):
    """One claimed delivery, and where it goes."""

    pk: int
    tries: int
    domain: str
    subscriber: int
    email: str
    key: str


class ClaimedBatch(NamedTuple):
    """What one worker has claimed: the batch's primary key, and its deliveries in order."""

    batch: int
    deliveries: list[ClaimedDelivery]


# Of workers that claim at once one waits for the other, a moment: their limits add up.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('newsletter.claim'))"
_OPEN = """
    SELECT count(*) FROM newsletter_batch
     WHERE finished_at IS NULL AND issue_id = %s
       AND lease_until > statement_timestamp() + make_interval(secs => %s)
"""
_CLAIM = """
    WITH chosen AS (
        SELECT id FROM newsletter_delivery
         WHERE issue_id = %(issue)s AND batch_id IS NULL
           AND due_at <= statement_timestamp()
         ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), batch AS (
        INSERT INTO newsletter_batch (issue_id, worker, started_at, lease_until, size, ids,
                                      sent, failed, uncertain, skipped)
        SELECT %(issue)s, %(worker)s, statement_timestamp(),
               statement_timestamp() + make_interval(secs => %(lease)s),
               count(*), array_agg(id), 0, 0, 0, 0
          FROM chosen HAVING count(*) > 0
        RETURNING id
    )
    UPDATE newsletter_delivery d SET batch_id = batch.id, status = 'waiting'
      FROM chosen, batch, newsletter_subscriber s
     WHERE d.id = chosen.id AND s.id = d.subscriber_id
    RETURNING batch.id, d.id, d.tries, d.domain, s.id, s.email, s.key
"""
# Its text is in step_function.py.
_STEP = "SELECT newsletter_step(%s, %s, %s, %s, %s, %s, %s)"
_POSTPONE = """
    UPDATE newsletter_delivery
       SET batch_id = NULL, due_at = statement_timestamp() + make_interval(secs => %s)
     WHERE id = %s AND batch_id = %s AND status = 'waiting'
"""
_RELEASE = """
    UPDATE newsletter_delivery SET batch_id = NULL
     WHERE id = ANY(%s) AND batch_id = %s AND status = 'waiting'
"""
_UNCERTAIN = """
    UPDATE newsletter_delivery
       SET status = 'uncertain', reason = %s, settled_at = statement_timestamp()
     WHERE id = ANY(%s) AND batch_id = %s AND status = 'in flight'
"""
_COUNT = """
    UPDATE newsletter_batch b
       SET finished_at = statement_timestamp(), ids = '{}', sent = found.sent,
           failed = found.failed, uncertain = found.uncertain, skipped = found.skipped
      FROM (SELECT count(*) FILTER (WHERE status = 'sent') AS sent,
                   count(*) FILTER (WHERE status = 'failed') AS failed,
                   count(*) FILTER (WHERE status = 'uncertain') AS uncertain,
                   count(*) FILTER (WHERE status = 'skipped') AS skipped
              FROM newsletter_delivery WHERE id = ANY(%s) AND batch_id = %s) AS found
     WHERE b.id = %s
    RETURNING b.sent
"""
_RENEW = """
    UPDATE newsletter_batch
       SET lease_until = statement_timestamp() + make_interval(secs => %s)
     WHERE id = %s AND finished_at IS NULL
"""


@transaction.atomic
def claim(issue: int, worker: str, *, most: int, workers: int) -> ClaimedBatch | None:
    """Claim up to `most` deliveries that are due, for this worker alone, for a lease.

    Returns None where nothing is due, or `workers` others are sending this issue already.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        cursor.execute(_OPEN, [issue, LEASE_SECONDS - SILENT_SECONDS])
        if cursor.fetchone()[0] >= workers:
            return None
        lease = LEASE_SECONDS
        values: dict[str, str | int] = {
            "issue": issue,
            "most": most,
            "worker": worker[:120],
            "lease": lease,
        }
        cursor.execute(_CLAIM, values)
        found = cursor.fetchall()
    if not found:
        return None
    return ClaimedBatch(found[0][0], sorted(ClaimedDelivery(*row[1:]) for row in found))


def step(
    batch: int,
    *,
    done: int | None = None,
    status: str = "",
    reason: str = "",
    wait: float = 0,
    upcoming: int | None = None,
    address: str = "",
) -> str:
    """Settle `done`, mark `upcoming` as in flight, commit. One statement.

    Returns "go": send it now; "skip": it is not wanted any more, or not at this address; "halt":
    the issue is not being sent any more; "lost": the batch is not ours any more; "settled" where
    nothing is upcoming. A deferred one is due again after `wait` seconds.
    """
    connection.ensure_connection()
    # Once for each mail, so by the driver's own cursor: Django's wrapper takes a tenth of it all.
    with connection.connection.cursor() as cursor:
        cursor.execute(_STEP, [batch, done, status, reason, wait, upcoming, address])
        return cursor.fetchone()[0]


def postpone(batch: int, pk: int, *, wait: float) -> None:
    """Take this delivery out of the batch; it is due again after so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE, [wait, pk, batch])


def renew_lease(batch: int) -> bool:
    """Renew the lease; return False when the batch is not ours any more."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE_SECONDS, batch])
        return bool(cursor.rowcount)


@transaction.atomic
def finish(batch: int, *, uncertain_because: str = "") -> int:
    """Release what was not tried, and count what became of the rest. Safe to run twice.

    What is still in flight becomes uncertain, for the reason given: its worker is gone. Returns how
    many were sent.
    """
    mine = Batch.objects.select_for_update().filter(pk=batch, finished_at=None).first()
    if mine is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [mine.ids, batch])
        cursor.execute(_UNCERTAIN, [uncertain_because[:300], mine.ids, batch])
        cursor.execute(_COUNT, [mine.ids, batch, batch])
        return cursor.fetchone()[0]

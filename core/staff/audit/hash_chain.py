"""A chain of hashes over the audit trail and every other row that must never change.

Each row gets a link within a minute of its commit, and each link's hash covers all before it. So
whoever changes, removes or adds a row in what is sealed has to write the chain anew from there on,
and then it no longer holds the heads that were written down elsewhere: see `verification`.

Rows are sealed in the order in which they are seen, not by their keys. So nobody waits for anybody,
a number that a rollback left out is no gap, and who commits late is sealed later.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.apps import apps
from django.db import connection, models, transaction

from core.database import database_time
from core.staff.models import ChainLink

LOCK = 1131376240  # the advisory lock of whoever seals
BATCH = 2000
# No transaction is open for so long: a row below those sealed earlier was added by hand.
SETTLED = timedelta(days=1)


class Head(NamedTuple):
    """The chain up to a link: how many rows it has, its hash, and when it was made, if known."""

    rows: int
    hash: str
    at: datetime | None = None


def sealed_models() -> dict[str, type[models.Model]]:
    """Return the models whose rows are sealed, by the names of their tables."""
    marked = [m for m in apps.get_models() if getattr(m, "append_only", False)]
    return {m._meta.db_table: m for m in marked if m is not ChainLink}


def head() -> Head:
    """Return where the chain ends now. An empty one has no rows and no hash."""
    last = ChainLink.objects.order_by("number").last()
    return Head(last.number, last.hash, last.sealed_at) if last else Head(0, "")


def seal() -> Head | None:
    """Add a link for each row that has none, and return the new head; None while another does.

    A run sees all that was committed before its time, `sealed_at`, and all in one transaction.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        links = _new_links(head(), database_time.now())
        while batch := list(islice(links, BATCH)):
            ChainLink.objects.bulk_create(batch)
        return head()


def digest(previous: str, link: ChainLink, content: str) -> str:
    """Return the hash of a link, in hex: SHA-256 over these lines. Never to be changed."""
    sealed_at = link.sealed_at.isoformat()
    lines = (previous, str(link.number), link.table_name, str(link.row_pk), sealed_at, content)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def canonical(row: str) -> str:
    """Return the one way to write a row, given as JSON by the database.

    What is NULL is left out: so a column that is added later changes no hash. Never to be changed.
    """
    filled = {name: value for name, value in json.loads(row).items() if value is not None}
    return json.dumps(filled, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def floor(table: str, last: Head) -> int:
    """Return the key below which a row of this table can no longer be waiting for its commit."""
    if last.at is None:
        return 0
    old = ChainLink.objects.filter(table_name=table, sealed_at__lte=last.at - SETTLED)
    return old.order_by("-row_pk").values_list("row_pk", flat=True).first() or 0


def without_link(table: str, model: type[models.Model]) -> str:
    """Return SQL for the rows of a table that have no link."""
    key = model._meta.pk.column
    return f"""
        SELECT t.{key}, to_jsonb(t)::text FROM {table} t
         WHERE NOT EXISTS (SELECT FROM {ChainLink._meta.db_table} link
                            WHERE link.table_name = '{table}' AND link.row_pk = t.{key})
           AND t.{key} """  # noqa: S608  our own names only


def _new_links(last: Head, now: datetime) -> Iterator[ChainLink]:
    number, previous = last.rows, last.hash
    for table, model in sorted(sealed_models().items()):
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"{without_link(table, model)} > %s ORDER BY 1", [floor(table, last)])
            for pk, row in cursor:
                number += 1
                link = ChainLink(number=number, table_name=table, row_pk=pk, sealed_at=now)
                link.hash = previous = digest(previous, link, canonical(row))
                yield link

"""Verification of the chain, for `manage.py verify_audit`: sentences about what was changed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from core.database import database_time
from core.staff.audit import hash_chain
from core.staff.audit.hash_chain import Head
from core.staff.models import ChainLink

# A request that is recorded ends long before. A row that is dated earlier was written later.
LATE = timedelta(hours=1)
DATED_BY = {"staff_auditevent": "at"}
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_ALL = -(2**63)  # a number that no link has, whatever somebody wrote there


def find_problems(heads: Sequence[Head] = ()) -> Iterator[str]:
    """Yield a sentence for each thing that is not as it was sealed; none where all is well.

    `heads` were written down elsewhere at some time: today's chain must still begin with them.
    """
    yield from _in_the_chain(heads)
    for table in hash_chain.sealed_models():
        yield from _left_out(table)


def read_heads(lines: Iterable[str]) -> list[Head]:
    """Read the heads that `chain_heads.publish` wrote into a file. Raises ValueError for others."""
    heads = []
    for line in filter(str.strip, lines):
        at, count, digest = line.split()
        heads.append(Head(int(count), digest, datetime.fromisoformat(at)))
    return heads


def _in_the_chain(heads: Sequence[Head]) -> Iterator[str]:
    written_down = defaultdict(list)
    for head in heads:
        written_down[head.rows].append(head)
    last = ChainLink(number=0, hash="", sealed_at=BEGINNING)
    before = BEGINNING  # all that was committed by then is in earlier links
    for link, row in _links_and_rows():
        if link.sealed_at != last.sealed_at:
            before = last.sealed_at
        yield from _about_the_link(last, link)
        yield from _about_the_row(last, link, row, before)
        for head in written_down.pop(link.number, ()):
            yield from _about_the_head(head, link)
        last = link
    for count in sorted(written_down):
        if count:
            yield f"The chain ends at number {last.number}, and once had {count}: its end is gone."


def _links_and_rows() -> Iterator[tuple[ChainLink, str | None]]:
    links, last = ChainLink.objects.order_by("number"), BEFORE_ALL
    while batch := list(links.filter(number__gt=last)[: hash_chain.BATCH]):
        last = batch[-1].number
        rows: dict[tuple[str, int], str] = {}
        for table in {link.table_name for link in batch}:
            rows |= _rows(table, [link.row_pk for link in batch if link.table_name == table])
        yield from ((link, rows.get((link.table_name, link.row_pk))) for link in batch)


def _rows(table: str, pks: list[int]) -> dict[tuple[str, int], str]:
    model = hash_chain.sealed_models().get(table)
    if model is None:
        return {}
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, to_jsonb(t)::text FROM {table} t WHERE {key} = ANY(%s)",  # noqa: S608
            [pks],
        )
        return {(table, pk): hash_chain.canonical(row) for pk, row in cursor.fetchall()}


def _about_the_link(last: ChainLink, link: ChainLink) -> Iterator[str]:
    if link.number != last.number + 1:
        yield f"Numbers {last.number + 1} to {link.number - 1} of the chain are missing."
    if link.sealed_at < last.sealed_at:
        yield f"Number {link.number} of the chain is dated before number {last.number}."


def _about_the_row(
    last: ChainLink, link: ChainLink, row: str | None, before: datetime
) -> Iterator[str]:
    name = f"Row {link.row_pk} of {link.table_name}"
    if row is None:
        yield f"{name} is missing; it was sealed {link.sealed_at:%Y-%m-%d %H:%M} UTC."
        return
    if link.number == last.number + 1 and hash_chain.digest(last.hash, link, row) != link.hash:
        yield f"{name} is not what was sealed {link.sealed_at:%Y-%m-%d %H:%M} UTC."
    field = DATED_BY.get(link.table_name)
    if field:
        at = datetime.fromisoformat(json.loads(row)[field])
        if at < before - LATE or at > link.sealed_at + LATE:
            yield (
                f"{name} says {at:%Y-%m-%d %H:%M} UTC, but was written after "
                f"{before:%Y-%m-%d %H:%M} and before {link.sealed_at:%Y-%m-%d %H:%M} UTC."
            )


def _about_the_head(head: Head, link: ChainLink) -> Iterator[str]:
    if head.hash != link.hash:
        when = f" on {head.at:%Y-%m-%d}" if head.at else ""
        yield (
            f"The first {head.rows} rows are not those whose hash was written down{when}: the "
            f"chain was written anew."
        )


def _left_out(table: str) -> Iterator[str]:
    """About rows without a link: those in an old place, and those that wait for too long."""
    model, last = hash_chain.sealed_models()[table], hash_chain.head()
    sql = hash_chain.without_link(table, model)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} <= %s ORDER BY 1", [hash_chain.floor(table, last)])
        for pk, _ in cursor.fetchall():
            yield f"Row {pk} of {table} was added later, among rows that were sealed before."
        cursor.execute(f"{sql} > %s ORDER BY 1 LIMIT 1", [hash_chain.floor(table, last)])
        oldest = cursor.fetchone()
    field = DATED_BY.get(table)
    if oldest and field:
        at = datetime.fromisoformat(json.loads(oldest[1])[field])
        if at < database_time.now() - LATE:
            yield f"Rows of {table} since {at:%Y-%m-%d %H:%M} UTC are not sealed. Does beat run?"

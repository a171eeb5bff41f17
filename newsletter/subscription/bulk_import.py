"""Importing subscribers: many thousand rows of a file at a time, in one statement each.

Nobody who left, whose mail bounced, who complained or who was erased here is subscribed again by
a file. Who was brought in by one and left there, as another row or a later file says, leaves here
as well; who has confirmed here stays.
"""

import csv
import io
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core.database import database_time
from core.languages.speaking import supported
from core.people import email_addresses
from newsletter.models import Topic
from newsletter.transfer.csv_formats import ImportedSubscriber

Problem = tuple[int, str, str]


@dataclass
class Result:
    """What became of some rows. `problems` are the line, the address and a word for what it is."""

    added: int = 0
    known: int = 0
    suppressed: int = 0
    taken_off: int = 0
    problems: list[Problem] | None = None


class Importer:
    """Imports one file part by part, each in a transaction.

    `source` says where consent was given.

    With `dry` nothing is kept; addresses that repeat are recognised all the same.
    """

    def __init__(self, *, source: str, dry: bool = False, topic: Topic | None = None) -> None:
        if not source.strip():
            raise ValueError("Where these people gave their consent is missing")
        self.source, self.dry, self.now = source.strip()[:200], dry, database_time.now()
        self.topics = {each.slug: each.pk for each in Topic.objects.all()}
        self.topics |= {each.name.lower(): each.pk for each in Topic.objects.all()}
        self.topic = topic.pk if topic else None
        self.seen: dict[bytes, int] = {}  # where nothing is kept: new addresses, and how strict

    def import_rows(self, numbered: Iterable[tuple[int, ImportedSubscriber]]) -> Result:
        """Add who is new, in the caller's transaction, so that progress is kept with it.

        Addresses have passed a check; of several rows with one address the strictest counts.
        """
        rows = [self._row(number, row) for number, row in numbered]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INCOMING)
            cursor.copy_expert(_COPY, _csv(rows))
            cursor.execute("ANALYZE newsletter_incoming")
            cursor.execute(_SEEN_TABLE)
            cursor.copy_expert(_COPY_SEEN, _csv(self._seen_among(rows)))
            cursor.execute(_JUDGE)
            problems = cursor.fetchall()
            if self.dry:
                cursor.execute(_SEEN)
                added = self._remember(cursor.fetchall())
            else:
                values: dict[str, datetime | str] = {"now": self.now, "source": self.source}
                cursor.execute(_TAKE_OFF, values)
                cursor.execute(_ADD, values)
                added = cursor.rowcount
                cursor.execute(_TOPICS)
            cursor.execute("DROP TABLE newsletter_incoming, newsletter_seen")
        found = Counter(what for _, _, what in problems)
        known, taken_off = sum(found[what] for what in _KNOWN), found["taken off"]
        return Result(added, known, len(problems) - known - taken_off, taken_off, problems)

    def _seen_among(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[str, int]]:
        """Yield what earlier parts said of the addresses in these rows."""
        for address_hash in {row[2] for row in rows} if self.seen else ():
            strict = self.seen.get(bytes.fromhex(address_hash))
            if strict is not None:
                yield address_hash, strict

    def _remember(self, judged: list[tuple[str, int, bool]]) -> int:
        """Keep what this part said of addresses that are not here; return how many are new."""
        self.seen |= {bytes.fromhex(address_hash): strict for address_hash, strict, _ in judged}
        return sum(is_new for _, _, is_new in judged)

    def _row(self, number: int, row: ImportedSubscriber) -> tuple[Any, ...]:
        return (
            number,
            row.email,
            email_addresses.keyed_hash(row.email),
            secrets.token_urlsafe(16),
            row.status,
            row.joined or "",
            "" if row.status == "active" else self._left_at(row),
            row.network,
            _language(row.language),
            "{" + ",".join(map(str, self._topics(row))) + "}",
        )

    def _left_at(self, row: ImportedSubscriber) -> datetime:
        """Return when they left: now, where nothing says it, so that no address is kept longer."""
        left = min(row.left, self.now) if row.left else self.now
        return max(row.joined, left) if row.joined else left

    def _topics(self, row: ImportedSubscriber) -> set[int]:
        found = {self.topics[name] for name in row.topics if name in self.topics}
        return found | ({self.topic} if self.topic else set())


def _language(written: str) -> str:
    """Return the language of ours that "es", "ES" or "es-MX" names; the site's first for another.

    What somebody chose here stands: a file says it only of who is new.
    """
    return supported(re.split(r"[-_]", written.strip().lower())[0])


def _csv(rows: Iterable[tuple[Any, ...]]) -> io.StringIO:
    table = io.StringIO()
    csv.writer(table).writerows(rows)  # nosemgrep: table-without-guard  (for COPY)
    table.seek(0)
    return table


_KNOWN = ("active", "twice", "stays")
# Made in each part's transaction: behind a pooler the next one meets another session.
_SEEN_TABLE = "CREATE TEMP TABLE newsletter_seen (address_hash text PRIMARY KEY, strict integer)"
_INCOMING = """
    CREATE TEMP TABLE newsletter_incoming (
        line bigint, email text, address_hash text, key text, status text,
        joined timestamptz, gone timestamptz, network text, language text, topics bigint[]
    )
"""
_COPY_SEEN = "COPY newsletter_seen FROM STDIN WITH (FORMAT csv)"
_COPY = "COPY newsletter_incoming FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (network))"
# From the one that says least against writing to somebody to the one that says most.
_STRICT = "array_position(ARRAY['active', 'bounced', 'left', 'complained', 'erased'], {}::text)"
_CHOSEN = f"""
    SELECT DISTINCT ON (address_hash) * FROM newsletter_incoming
     ORDER BY address_hash, {_STRICT.format("status")} DESC, line
"""  # noqa: S608  (our own columns)
# Nothing but a file says that they ever wanted the newsletter, or that they do not.
_BY_A_FILE = """
    EXISTS (SELECT FROM newsletter_consent c WHERE c.subscriber_id = s.id)
    AND NOT EXISTS (SELECT FROM newsletter_consent c
                     WHERE c.subscriber_id = s.id AND c.kind IN ('confirmed', 'returned'))
"""
# What is on the list, or was in an earlier part or in another line of this one.
_JUDGE = f"""
    SELECT i.line, i.email,
           CASE WHEN s.id IS NOT NULL AND is_chosen AND strict > {_STRICT.format("s.status")} THEN
                     CASE WHEN {_BY_A_FILE} THEN 'taken off'
                          WHEN s.status = 'active' THEN 'stays' ELSE s.status END
                WHEN s.id IS NOT NULL THEN s.status
                WHEN is_chosen AND strict > e.strict_before THEN 'taken off'
                ELSE 'twice' END
      FROM (SELECT n.*, {_STRICT.format("n.status")} AS strict, c.line = n.line AS is_chosen
              FROM newsletter_incoming n JOIN ({_CHOSEN}) c USING (address_hash)) i
      LEFT JOIN newsletter_subscriber s USING (address_hash)
      LEFT JOIN (SELECT address_hash, strict AS strict_before FROM newsletter_seen) e
           USING (address_hash)
     WHERE s.id IS NOT NULL OR e.address_hash IS NOT NULL OR NOT is_chosen
     ORDER BY i.line
"""  # noqa: S608  (no value of anybody)
_SEEN = f"""
    INSERT INTO newsletter_seen
    SELECT address_hash, {_STRICT.format("status")} FROM ({_CHOSEN}) i
     WHERE NOT EXISTS (SELECT FROM newsletter_subscriber s
                        WHERE s.address_hash = i.address_hash)
        ON CONFLICT (address_hash) DO UPDATE
           SET strict = greatest(newsletter_seen.strict, excluded.strict)
    RETURNING address_hash, strict, xmax = 0
"""  # noqa: S608  (our own columns)
_TAKE_OFF = f"""
    WITH changed AS (
        UPDATE newsletter_subscriber s
           SET status = i.status, left_at = i.gone, paused_until = NULL
          FROM ({_CHOSEN}) i
         WHERE s.address_hash = i.address_hash AND {_BY_A_FILE}
           AND {_STRICT.format("i.status")} > {_STRICT.format("s.status")}
        RETURNING s.id, s.address_hash, s.status
    )
    INSERT INTO newsletter_consent
           (subscriber_id, kind, address_hash, asked_at, at, page, how, issue)
    SELECT id, status, address_hash, NULL, %(now)s, '', %(source)s, 0 FROM changed
"""  # noqa: S608  (our own columns)
_ADD = f"""
    WITH chosen AS ({_CHOSEN}), added AS (
        INSERT INTO newsletter_subscriber
               (email, address_hash, key, status, language, created_at, joined_at, left_at,
                soft_bounces)
        SELECT email, address_hash, key, status, language, coalesce(joined, %(now)s),
               coalesce(joined, %(now)s), gone, 0
          FROM chosen
            ON CONFLICT (address_hash) DO NOTHING
        RETURNING id, address_hash
    ), proved AS (
        INSERT INTO newsletter_consent
               (subscriber_id, kind, address_hash, asked_at, at, page, how, issue)
        SELECT added.id, CASE chosen.status WHEN 'active' THEN 'imported' ELSE chosen.status END,
               address_hash, joined, %(now)s, '', %(source)s, 0
          FROM added JOIN chosen USING (address_hash)
        RETURNING id, address_hash
    )
    INSERT INTO newsletter_origin (consent_id, email, network)
    SELECT proved.id, email, network FROM proved JOIN chosen USING (address_hash)
"""  # noqa: S608  (our own columns)
_TOPICS = """
    INSERT INTO newsletter_subscriber_topics (subscriber_id, topic_id)
    SELECT DISTINCT s.id, unnest(i.topics)
      FROM newsletter_incoming i JOIN newsletter_subscriber s USING (address_hash)
     WHERE i.topics <> '{}' AND s.key = i.key
        ON CONFLICT DO NOTHING
"""

"""Bringing in a list: many thousand lines at a time, in one statement each.

Nobody who left, whose mail came back, who complained or who was erased here is subscribed again by
a file, and nobody on the list is changed by it.
"""

import csv
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from curednation.guard import addresses
from newsletter.lists import Line
from newsletter.models import Topic

Problem = tuple[int, str, str]


@dataclass
class Part:
    """What became of some lines. `problems` are line, address and a word for what it is."""

    added: int = 0
    known: int = 0
    suppressed: int = 0
    problems: list[Problem] | None = None


class Importer:
    """Brings parts of one file in, in one database session. `source` says where consent was given.

    With `dry` nothing is kept; addresses that repeat are recognised all the same.
    """

    def __init__(self, *, source: str, dry: bool = False, topic: Topic | None = None) -> None:
        if not source.strip():
            raise ValueError("Where these people gave their consent is missing")
        self.source, self.dry, self.now = source.strip()[:200], dry, timezone.now()
        self.topics = {each.slug: each.pk for each in Topic.objects.all()}
        self.topics |= {each.name.lower(): each.pk for each in Topic.objects.all()}
        self.topic = topic.pk if topic else None
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS newsletter_seen")
            cursor.execute("CREATE TEMP TABLE newsletter_seen (address_hash text PRIMARY KEY)")

    def bring_in(self, numbered: Iterable[tuple[int, Line]]) -> Part:
        """Add who is new. In the caller's transaction, so that progress is kept with it.

        Addresses have passed a check; of two lines with one address the first counts.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INCOMING)
            cursor.copy_expert(_COPY, self._table(numbered))
            cursor.execute("ANALYZE newsletter_incoming")
            cursor.execute(_JUDGE)
            problems = cursor.fetchall()
            cursor.execute(_SEEN)
            if self.dry:
                added = cursor.rowcount
            else:
                cursor.execute(_ADD, {"now": self.now, "source": self.source})
                added = cursor.rowcount
                cursor.execute(_TOPICS)
            cursor.execute("DROP TABLE newsletter_incoming")
        known = sum(what in ("active", "twice") for _, _, what in problems)
        return Part(added, known, len(problems) - known, problems)

    def _table(self, numbered: Iterable[tuple[int, Line]]) -> io.StringIO:
        table = io.StringIO()
        rows = (self._row(number, line) for number, line in numbered)
        csv.writer(table).writerows(rows)  # nosemgrep: table-without-guard  (for COPY)
        table.seek(0)
        return table

    def _row(self, number: int, line: Line) -> tuple[Any, ...]:
        joined = self._past(line.joined)
        return (
            number,
            line.email,
            addresses.keyed_hash(line.email),
            secrets.token_urlsafe(16),
            line.state,
            joined,
            "" if line.state == "active" else max(joined, self._past(line.left)),
            line.network,
            "{" + ",".join(map(str, self._topics(line))) + "}",
        )

    def _past(self, moment: datetime | None) -> datetime:
        return min(moment, self.now) if moment else self.now

    def _topics(self, line: Line) -> set[int]:
        found = {self.topics[name] for name in line.topics if name in self.topics}
        return found | ({self.topic} if self.topic else set())


_INCOMING = """
    CREATE TEMP TABLE newsletter_incoming (
        line bigint, email text, address_hash text, key text, state text,
        joined timestamptz, gone timestamptz, network text, topics bigint[]
    )
"""
_COPY = "COPY newsletter_incoming FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (network))"
# What is on the list, or was in an earlier part or an earlier line of this one.
_JUDGE = """
    SELECT i.line, i.email, coalesce(s.state, 'twice')
      FROM (SELECT *, min(line) OVER (PARTITION BY address_hash) AS first_line
              FROM newsletter_incoming) i
      LEFT JOIN newsletter_subscriber s USING (address_hash)
      LEFT JOIN newsletter_seen e USING (address_hash)
     WHERE s.id IS NOT NULL OR e.address_hash IS NOT NULL OR i.line > i.first_line
     ORDER BY i.line
"""
_SEEN = """
    INSERT INTO newsletter_seen
    SELECT DISTINCT address_hash FROM newsletter_incoming i
     WHERE NOT EXISTS (SELECT FROM newsletter_subscriber s
                        WHERE s.address_hash = i.address_hash)
        ON CONFLICT DO NOTHING
"""
_ADD = """
    WITH first AS (
        SELECT DISTINCT ON (address_hash) * FROM newsletter_incoming ORDER BY address_hash, line
    ), added AS (
        INSERT INTO newsletter_subscriber
               (email, address_hash, key, state, language, created_at, joined_at, left_at,
                soft_bounces)
        SELECT email, address_hash, key, state, 'en', joined, joined, gone, 0 FROM first
            ON CONFLICT (address_hash) DO NOTHING
        RETURNING id, address_hash
    ), proved AS (
        INSERT INTO newsletter_consent
               (subscriber_id, kind, address_hash, asked_at, at, page, how, issue)
        SELECT added.id, CASE first.state WHEN 'active' THEN 'imported' ELSE first.state END,
               address_hash, joined, %(now)s, '', %(source)s, 0
          FROM added JOIN first USING (address_hash)
        RETURNING id, address_hash
    )
    INSERT INTO newsletter_origin (consent_id, email, network)
    SELECT proved.id, email, network FROM proved JOIN first USING (address_hash)
"""
_TOPICS = """
    INSERT INTO newsletter_subscriber_topics (subscriber_id, topic_id)
    SELECT DISTINCT s.id, unnest(i.topics)
      FROM newsletter_incoming i JOIN newsletter_subscriber s USING (address_hash)
     WHERE i.topics <> '{}' AND s.key = i.key
        ON CONFLICT DO NOTHING
"""

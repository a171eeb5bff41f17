"""The two statements behind search: what matches and how well, and what to offer while typing.

Written in SQL because the plan matters: every match is read from the GIN index. A plan that walks
the table instead unpacks a long tsvector for each row, which the planner takes to cost nothing.
What readers cannot see has no tsvector (`INDEX_WHAT_IS_ONLINE`) and needs no condition of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection

from articles import languages
from articles.models import Topic
from articles.search.query import restore_endings

MOST_COUNTED, MOST_RANKED, MOST_LOOKED_AT = 200, 200, 300
WEIGHTS = "{0.1, 0.3, 0.5, 1.0}"  # body, headings, summary, title

MATCHES_SQL = """
    SET LOCAL enable_seqscan = off;
    WITH everywhere AS MATERIALIZED (
        SELECT id, published_at FROM articles_article
        WHERE search @@ ({query}) AND language = %(language)s {within} LIMIT {looked_at}
    ), counted AS (
        SELECT FROM articles_article
        WHERE search @@ ({query}) AND language = %(language)s {within} LIMIT {counted}
    ), in_head AS MATERIALIZED (
        SELECT id, published_at FROM articles_article
        WHERE search_head @@ ({query}) AND language = %(language)s {within}
    ), newest AS (
        SELECT id FROM in_head ORDER BY published_at DESC, id DESC LIMIT {ranked}
    ), ranked AS MATERIALIZED (
        SELECT a.id, a.published_at, ts_rank('{weights}', a.search_head, ({query})) AS rank
        FROM newest JOIN articles_article a USING (id)
        ORDER BY rank DESC, a.published_at DESC, a.id DESC LIMIT %(end)s
    ), rest AS (
        SELECT id, published_at, -1 AS rank FROM everywhere
        WHERE (SELECT count(*) FROM newest) < %(end)s AND id NOT IN (SELECT id FROM newest)
        ORDER BY published_at DESC, id DESC LIMIT %(end)s
    )
    SELECT id,
        CASE
            WHEN (SELECT count(*) FROM newest) >= {counted} THEN {counted}
            WHEN (SELECT count(*) FROM newest) < %(end)s
            THEN (SELECT least(count(*), {counted}) FROM everywhere)
            ELSE (SELECT count(*) FROM counted)
        END,
        tsvector_to_array(to_tsvector(%(stemmer)s, %(text)s))
    FROM (SELECT * FROM ranked UNION ALL SELECT * FROM rest) AS shown
    ORDER BY rank DESC, published_at DESC, id DESC OFFSET %(first)s LIMIT %(count)s
"""
SUGGESTIONS_SQL = """
    SET LOCAL enable_seqscan = off;
    WITH in_head AS MATERIALIZED (
        SELECT id, published_at FROM articles_article
        WHERE search_head @@ ({query}) AND language = %(language)s
    ), newest AS (
        SELECT id FROM in_head ORDER BY published_at DESC, id DESC LIMIT {ranked}
    )
    SELECT a.id FROM newest JOIN articles_article a USING (id)
    ORDER BY ts_rank('{weights}', a.search_head, ({query})) DESC, a.published_at DESC, a.id DESC
    LIMIT %(count)s
"""
WITHIN_TOPIC_SQL = """
    AND (topic_id = %(topic)s OR id IN (
        SELECT article_id FROM articles_article_topics WHERE topic_id = %(topic)s
    ))
"""


@dataclass(frozen=True)
class Query:
    """A tsquery as SQL, with the values that stand in it."""

    sql: str
    values: tuple[str, ...]

    @classmethod
    def phrase(cls, words: Iterable[str], language: str) -> Self:
        """Return a query for these words, one after the other, in any form."""
        return cls("phraseto_tsquery(?, ?)", stemmed(" ".join(words), language))

    @classmethod
    def beginning(cls, word: str, language: str) -> Self:
        """Return a query for words that begin like this, in any form.

        Of a word with several pieces the last one may be longer.
        """
        *before, last = re.sub(r"[^\w ]", "", word).split()
        begins = cls("to_tsquery('simple', ?)", (f"{last}:*",))
        if not before:
            return begins
        first = cls.phrase(before, language)
        return cls(f"({first.sql} <-> {begins.sql})", first.values + begins.values)

    def __and__(self, other: Self) -> Self:
        return type(self)(f"({self.sql} && {other.sql})", self.values + other.values)

    def __or__(self, other: Self) -> Self:
        return type(self)(f"({self.sql} || {other.sql})", self.values + other.values)

    def named(self) -> tuple[str, dict[str, str]]:
        """Return it with a name for each value: the statement says the query more than once."""
        names = (f"%(value{number})s" for number in range(len(self.values)))
        values = {f"value{number}": value for number, value in enumerate(self.values)}
        return re.sub(r"\?", lambda _: next(names), self.sql), values


def stemmed(text: str, language: str) -> tuple[str, str]:
    """Return how PostgreSQL stems this language, and the text as it can."""
    name = languages.STEMMED.get(language, "simple")
    return name, restore_endings(text) if language == "es" else text


def find_matches(
    query: Query, text: str, language: str, *, first: int, count: int, topic: Topic | None
) -> list[tuple[int, int, list[str]]]:
    """Find the articles of one page: (key, how many match in all, stems of `text`) of each.

    First those with the words in title, summary or headings, best first; then in the text only,
    newest first. However many match, MOST_RANKED at most are ranked, MOST_COUNTED counted, and
    MOST_LOOKED_AT that have the words in the text only compared: a phrase unpacks each of them.
    So nothing is counted where as many have the words in their head, which is part of the whole.
    """
    within = WITHIN_TOPIC_SQL if topic else ""
    stemmer, text = stemmed(text, language)
    values: dict[str, Any] = {"first": first, "count": count, "end": first + count}
    values |= {"text": text, "stemmer": stemmer, "language": language}
    return _rows(MATCHES_SQL, query, within, values | ({"topic": topic.pk} if topic else {}))


def suggest_matches(query: Query, language: str, count: int) -> list[int]:
    """Find the keys of those with the words in title, summary or headings, best first."""
    values = {"count": count, "language": language}
    return [pk for (pk,) in _rows(SUGGESTIONS_SQL, query, "", values)]


def _rows(statement: str, query: Query, within: str, values: dict[str, Any]) -> list[Any]:
    sql, named = query.named()
    text = statement.format(
        query=sql,
        within=within,
        ranked=MOST_RANKED,
        weights=WEIGHTS,
        counted=MOST_COUNTED,
        looked_at=MOST_LOOKED_AT,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, values | named)
        return cursor.fetchall()

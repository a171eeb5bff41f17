"""Six articles that an article leads to: chosen by hand, then those with the most like words."""

from collections.abc import Collection

from django.db import connection

from articles.models import Article, Related
from core.cache import pages

SHOWN = 6

# For each of %(pks)s: its own words from title, summary and headings, any of which may stand in
# another's text. The same main topic counts as much as a word in a heading.
FIND = """
    INSERT INTO articles_related (article_id, to_id, position, by_hand)
    SELECT mine.id, near.id, near.position, false
    FROM (
        SELECT a.id, a.topic_id, a.language, to_tsquery('simple', (
            SELECT string_agg(quote_literal(word), ' | ')
            FROM unnest(tsvector_to_array(a.search_head)) AS word WHERE length(word) > 3
        )) AS words
        FROM articles_article a WHERE a.id = ANY(%(pks)s) AND a.search_head IS NOT NULL
    ) AS mine
    CROSS JOIN LATERAL (
        SELECT other.id, row_number() OVER (ORDER BY
            ts_rank(other.search_head, mine.words, 1)
            + CASE WHEN other.topic_id = mine.topic_id THEN 0.1 ELSE 0 END DESC, other.id
        ) AS position
        FROM articles_article other
        WHERE other.online_id IS NOT NULL AND other.id <> mine.id
            AND other.language = mine.language
            AND (other.search @@ mine.words OR other.topic_id = mine.topic_id)
            AND NOT EXISTS (
                SELECT FROM articles_related chosen
                WHERE chosen.article_id = mine.id AND chosen.to_id = other.id
            )
        ORDER BY position LIMIT %(shown)s
    ) AS near
    RETURNING to_id
"""


def refresh(article: Article) -> None:
    """Find the like articles of this one anew, and of those that may now lead to it."""
    neighbors = _find([article.pk])
    _find(neighbors)
    for slug in Article.objects.filter(pk__in=neighbors).values_list("slug", flat=True):
        pages.drop(f"article:{slug}")


def refresh_all() -> None:
    """Find the like articles of every published article anew."""
    pks = list(Article.objects.published().values_list("pk", flat=True))
    for start in range(0, len(pks), 100):
        _find(pks[start : start + 100])
    pages.drop("site")


def _find(pks: Collection[int]) -> list[int]:
    """Find those of each of `pks`, and return what was found."""
    Related.objects.filter(article__in=pks, by_hand=False).delete()
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"pks": list(pks), "shown": SHOWN})
        return [pk for (pk,) in cursor.fetchall()]


def for_article(article: Article) -> list[Article]:
    """Return at most SHOWN related articles that readers can see, in order. One query.

    None of one that is not saved yet.
    """
    if article.pk is None:
        return []
    led_to = Article.objects.published().as_cards().filter(related_from__article=article)
    order = ("-related_from__by_hand", "related_from__position", "related_from__pk")
    return list(led_to.order_by(*order)[:SHOWN])

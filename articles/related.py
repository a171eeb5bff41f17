"""Six articles that this one leads to: chosen by hand, then those with the most like words."""

from django.db import connection

from articles.models import Article, Related
from curednation import pagecache

SHOWN = 6

# An article's own words from title, summary and headings, any of which may stand in another's.
# The same main topic counts as much as a word in a title.
LIKE = """
    WITH mine AS (
        SELECT a.id, a.topic_id,
            to_tsquery('simple', (
                SELECT string_agg(quote_literal(word), ' | ')
                FROM unnest(tsvector_to_array(a.search_head)) AS word
                WHERE length(word) > 3
            )) AS words
        FROM articles_article a WHERE a.id = %(pk)s AND a.search_head IS NOT NULL
    )
    SELECT other.id
    FROM articles_article other, mine
    WHERE other.online_id IS NOT NULL AND other.id <> mine.id AND NOT other.id = ANY(%(chosen)s)
        AND (other.search @@ mine.words OR other.topic_id = mine.topic_id)
    ORDER BY ts_rank(other.search_head, mine.words, 1)
        + CASE WHEN other.topic_id = mine.topic_id THEN 0.1 ELSE 0 END DESC, other.id
    LIMIT %(wanted)s
"""


def fill(article: Article, *, and_its_neighbours: bool = True) -> None:
    """Find the like articles of this one anew, and of those that may now lead to it."""
    found = _refill(article)
    if and_its_neighbours:
        for neighbour in Article.objects.published().filter(pk__in=found):
            _refill(neighbour)
            pagecache.drop(f"article:{neighbour.slug}")


def fill_all() -> None:
    """For every article readers can see."""
    for article in Article.objects.published().iterator():
        _refill(article)
    pagecache.drop("site")


def _refill(article: Article) -> list[int]:
    chosen = list(article.related_rows.filter(by_hand=True).values_list("to_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(LIKE, {"pk": article.pk, "chosen": chosen, "wanted": SHOWN})
        found = [pk for (pk,) in cursor.fetchall()]
    article.related_rows.filter(by_hand=False).delete()
    Related.objects.bulk_create(
        Related(article=article, to_id=pk, position=place, by_hand=False)
        for place, pk in enumerate(found)
    )
    return found


def shown(article: Article) -> list[Article]:
    """At most SHOWN, in order; only articles that readers can see. One query."""
    return list(
        Article.objects.published()
        .filter(related_from__article=article)
        .as_cards()
        .order_by("-related_from__by_hand", "related_from__position", "related_from__pk")[:SHOWN]
    )

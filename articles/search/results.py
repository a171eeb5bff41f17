"""Finding articles: stemmed words with weights, prefixes, synonyms, a second guess at spelling."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import and_, or_

from articles.models import Article, Synonym, Topic
from articles.search import matching, spelling
from articles.search.matching import Query
from articles.search.query import parse_words

Span = tuple[str, ...]


@dataclass(frozen=True)
class SearchResults:
    """A page of what was found, with its `total` up to MOST_COUNTED, and `stems` to highlight."""

    articles: list[Article] = field(default_factory=list)
    total: int = 0
    stems: list[str] = field(default_factory=list)
    # Set when nothing was found for the words as they were typed
    corrected: str = ""
    only_some: bool = False

    @property
    def uncounted(self) -> bool:
        """There may be more than `total`."""
        return self.total >= matching.MOST_COUNTED


def search_articles(
    text: str, *, first: int, count: int, topic: Topic | None = None
) -> SearchResults:
    """Find the articles with all of these words, best first, from number `first` on.

    Where there are none: with the last word unfinished, with the nearest spelling, with some of
    the words. Three queries where the words are found as they were typed.
    """
    typed = parse_words(text)
    if not typed:
        return SearchResults()
    synonyms = _synonyms()
    found = _page(_query(typed, synonyms), text, first, count, topic)
    if found.total or first:
        return found
    found = _page(_query(typed, synonyms, unfinished=True), text, first, count, topic)
    if found.total:
        return found
    better = spelling.correct_spelling(typed, {word for span in synonyms for word in span})
    if better != typed:
        spelled = " ".join(better)
        found = _page(_query(better, synonyms), spelled, first, count, topic)
        if found.total:
            return SearchResults(found.articles, found.total, found.stems, corrected=spelled)
    if len(better) > 1:
        some = _query(better, synonyms, join=or_)
        found = _page(some, " ".join(better), first, count, topic)
    return SearchResults(found.articles, found.total, found.stems, only_some=bool(found.total))


def suggest(text: str, count: int) -> list[Article]:
    """Suggest articles while somebody still types.

    The last word may be unfinished. Three queries.
    """
    typed = parse_words(text)
    if not typed or len(typed[-1]) < 2:
        return []
    offered = matching.suggest_matches(_query(typed, _synonyms(), unfinished=True), count)
    named = Article.objects.select_related("online").only("slug", "online__title")
    by_pk = named.in_bulk(offered)
    return [by_pk[pk] for pk in offered]


def _synonyms() -> dict[Span, set[Span]]:
    """Of each name what else it is called: all that mean the same. One query, hundreds of rows."""
    groups: dict[Span, set[Span]] = {}
    for name, means in Synonym.objects.order_by().values_list("name", "means"):
        one, other = _span(name), _span(means)
        if one and other:
            groups.setdefault(other, {other}).add(one)
    known: dict[Span, set[Span]] = {}
    for group in groups.values():
        for span in group:
            known.setdefault(span, set()).update(group - {span})
    return known


@lru_cache(maxsize=1024)
def _span(name: str) -> Span:
    return tuple(parse_words(name))


def _query(
    typed: list[str],
    synonyms: dict[Span, set[Span]],
    *,
    unfinished: bool = False,
    join: Callable[[Query, Query], Query] = and_,
) -> Query:
    units = []
    at = 0
    while at < len(typed):
        span = _longest_name(typed, at, synonyms)
        query = Query.phrase(span)
        for other in sorted(synonyms.get(span, ())):
            query |= Query.phrase(other)
        at += len(span)
        if unfinished and at == len(typed):
            query |= Query.beginning(span[-1])
        units.append(query)
    return reduce(join, units)


def _longest_name(typed: list[str], at: int, synonyms: dict[Span, set[Span]]) -> Span:
    """The most words from here on that are a name with synonyms, else one word."""
    spans = (tuple(typed[at:end]) for end in range(len(typed), at, -1))
    return next((span for span in spans if span in synonyms), (typed[at],))


def _page(query: Query, text: str, first: int, count: int, topic: Topic | None) -> SearchResults:
    typed = parse_words(text)
    plain = " ".join(word for word in typed if " " not in word)
    rows = matching.find_matches(query, plain, first=first, count=count, topic=topic)
    if not rows:
        return SearchResults()
    cards = Article.objects.filter(pk__in=[pk for pk, *_ in rows]).as_cards("online__text")
    by_pk = {card.pk: card for card in cards.order_by()}
    _, total, stems = rows[0]
    numbered = [word for word in typed if " " in word]
    return SearchResults([by_pk[pk] for pk, *_ in rows], total, [*stems, *numbered])

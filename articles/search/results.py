"""Finding articles: stemmed words with weights, prefixes, synonyms, a second guess at spelling."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import and_, or_

from articles import languages
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
    """Find the page's language's articles with all of these words, best first, from `first` on.

    Where there are none: with the last word unfinished, with the nearest spelling, with some of
    the words. Three queries where the words are found as they were typed.
    """
    typed = parse_words(text)
    if not typed:
        return SearchResults()
    search = _Search(languages.active(), first, count, topic)
    found = search.page(search.query(typed), text)
    if found.total or first:
        return found
    found = search.page(search.query(typed, unfinished=True), text)
    if found.total:
        return found
    better = search.correct(typed)
    if better != typed:
        spelled = " ".join(better)
        found = search.page(search.query(better), spelled)
        if found.total:
            return SearchResults(found.articles, found.total, found.stems, corrected=spelled)
    if len(better) > 1:
        found = search.page(search.query(better, join=or_), " ".join(better))
    return SearchResults(found.articles, found.total, found.stems, only_some=bool(found.total))


def suggest(text: str, count: int) -> list[Article]:
    """Suggest articles while somebody still types.

    The last word may be unfinished. Three queries.
    """
    typed = parse_words(text)
    if not typed or len(typed[-1]) < 2:
        return []
    search = _Search(languages.active())
    query = search.query(typed, unfinished=True)
    offered = matching.suggest_matches(query, search.language, count)
    named = Article.objects.select_related("online").only("slug", "language", "online__title")
    by_pk = named.in_bulk(offered)
    return [by_pk[pk] for pk in offered]


class _Search:
    """A search in the articles of one language, with the synonyms of that language."""

    def __init__(
        self, language: str, first: int = 0, count: int = 0, topic: Topic | None = None
    ) -> None:
        self.language = language
        self._first, self._count, self._topic = first, count, topic
        self._synonyms = _synonyms(language)

    def query(
        self,
        typed: list[str],
        *,
        unfinished: bool = False,
        join: Callable[[Query, Query], Query] = and_,
    ) -> Query:
        units = []
        at = 0
        while at < len(typed):
            span = self._longest_name(typed, at)
            query = Query.phrase(span, self.language)
            for other in sorted(self._synonyms.get(span, ())):
                query |= Query.phrase(other, self.language)
            at += len(span)
            if unfinished and at == len(typed):
                query |= Query.beginning(span[-1], self.language)
            units.append(query)
        return reduce(join, units)

    def correct(self, typed: list[str]) -> list[str]:
        names = {word for span in self._synonyms for word in span}
        return spelling.correct_spelling(typed, names, self.language)

    def page(self, query: Query, text: str) -> SearchResults:
        typed = parse_words(text)
        plain = " ".join(word for word in typed if " " not in word)
        rows = matching.find_matches(
            query, plain, self.language, first=self._first, count=self._count, topic=self._topic
        )
        if not rows:
            return SearchResults()
        cards = Article.objects.filter(pk__in=[pk for pk, *_ in rows]).as_cards("online__text")
        by_pk = {card.pk: card for card in cards.order_by()}
        _, total, stems = rows[0]
        numbered = [word for word in typed if " " in word]
        return SearchResults([by_pk[pk] for pk, *_ in rows], total, [*stems, *numbered])

    def _longest_name(self, typed: list[str], at: int) -> Span:
        """The most words from here on that are a name with synonyms, else one word."""
        spans = (tuple(typed[at:end]) for end in range(len(typed), at, -1))
        return next((span for span in spans if span in self._synonyms), (typed[at],))


def _synonyms(language: str) -> dict[Span, set[Span]]:
    """Of each name what else it is called: all that mean the same. One query, hundreds of rows."""
    groups: dict[Span, set[Span]] = {}
    pairs = Synonym.objects.filter(language=language).order_by()
    for name, means in pairs.values_list("name", "means"):
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

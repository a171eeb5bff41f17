"""Finding articles: stemmed words with weights, prefixes, synonyms, a second guess at spelling."""

import re
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import and_, or_

from django.contrib.postgres.search import TrigramSimilarity

from articles import matching
from articles.matching import Query
from articles.models import Article, Synonym, Topic, Word
from curednation.compiled import Compiled, OneOf

LONGEST, MOST_WORDS = 200, 10
# "suboxne" and "suboxone" share 0.5 of their trigrams.
NEAR = 0.35
Span = tuple[str, ...]

CARDS = Compiled(
    lambda: Article.objects.filter(OneOf("pk", "pks")).as_cards("online__text").order_by()
)
SYNONYMS = Compiled(lambda: Synonym.objects.only("name", "means").order_by())


@dataclass(frozen=True)
class Found:
    """A page of what was found; `total` of all, to MOST_COUNTED. `stems` are what to highlight."""

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


def words(text: str) -> list[str]:
    """The words of what somebody typed, or of a name: at most ten, small letters."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text[:LONGEST].lower())[:MOST_WORDS]


def find(text: str, *, first: int, count: int, topic: Topic | None = None) -> Found:
    """The articles with all of these words, best first, from number `first` on.

    Where there are none: with the last word unfinished, with the nearest spelling, with some of
    the words. Three queries where the words are found as they were typed.
    """
    typed = words(text)
    if not typed:
        return Found()
    synonyms = _synonyms()
    found = _page(_query(typed, synonyms), text, first, count, topic)
    if found.total or first:
        return found
    found = _page(_query(typed, synonyms, unfinished=True), text, first, count, topic)
    if found.total:
        return found
    better = corrected(typed, synonyms)
    if better != typed:
        spelled = " ".join(better)
        found = _page(_query(better, synonyms), spelled, first, count, topic)
        if found.total:
            return Found(found.articles, found.total, found.stems, corrected=spelled)
    if len(better) > 1:
        some = _query(better, synonyms, join=or_)
        found = _page(some, " ".join(better), first, count, topic)
    return Found(found.articles, found.total, found.stems, only_some=bool(found.total))


def suggest(text: str, count: int) -> list[Article]:
    """What to offer while somebody still types: the last word may be unfinished. Three queries."""
    typed = words(text)
    if not typed or len(typed[-1]) < 2:
        return []
    offered = matching.offer(_query(typed, _synonyms(), unfinished=True), count)
    named = Article.objects.select_related("online").only("slug", "online__title")
    by_pk = named.in_bulk(offered)
    return [by_pk[pk] for pk in offered]


def corrected(typed: list[str], synonyms: dict[Span, set[Span]]) -> list[str]:
    """The words with those that stand in no article replaced by the nearest that do."""
    names = {word for span in synonyms for word in span}
    known = set(Word.objects.filter(word__in=typed).values_list("word", flat=True)) | names
    return [word if word in known or len(word) < 4 else _nearest(word, names) for word in typed]


def _nearest(word: str, names: set[str]) -> str:
    near = (
        Word.objects.filter(word__trigram_similar=word)
        .annotate(near=TrigramSimilarity("word", word))
        .filter(near__gte=NEAR)
        .order_by("-near", "word")
        .values_list("word", "near")
        .first()
    )
    ours = max(((_likeness(word, name), name) for name in names), default=(0.0, ""))
    if near and near[1] >= ours[0]:
        return near[0]
    return ours[1] if ours[0] >= NEAR else word


def _likeness(one: str, other: str) -> float:
    """As pg_trgm counts it: the trigrams both have, of all they have."""
    a, b = _trigrams(one), _trigrams(other)
    return len(a & b) / len(a | b)


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def _synonyms() -> dict[Span, set[Span]]:
    """Of each name what else it is called: all that mean the same. One query; there are dozens."""
    groups: dict[Span, set[Span]] = {}
    for synonym in SYNONYMS.all():
        one, other = _span(synonym.name), _span(synonym.means)
        if one and other:
            groups.setdefault(other, {other}).add(one)
    known: dict[Span, set[Span]] = {}
    for group in groups.values():
        for span in group:
            known.setdefault(span, set()).update(group - {span})
    return known


@lru_cache(maxsize=1024)
def _span(name: str) -> Span:
    return tuple(words(name))


def _query(
    typed: list[str],
    synonyms: dict[Span, set[Span]],
    *,
    unfinished: bool = False,
    join=and_,
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


def _page(query: Query, text: str, first: int, count: int, topic: Topic | None) -> Found:
    rows = matching.find(query, text[:LONGEST], first=first, count=count, topic=topic)
    if not rows:
        return Found()
    by_pk = {card.pk: card for card in CARDS.all(pks=[pk for pk, *_ in rows])}
    _, total, stems = rows[0]
    return Found([by_pk[pk] for pk, *_ in rows], total, stems)

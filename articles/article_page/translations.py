"""The same article in other languages: where a reader finds it, and where none is yet."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q

from articles import languages
from articles.models import Article


@dataclass(frozen=True)
class Alternate:
    """One language in which a page can be read, for `hreflang`."""

    language: str
    url: str


def of(article: Article) -> list[Article]:
    """Return the article in its other languages that readers can see. One query, small rows."""
    if article.pk is None:
        return []
    original = article.translation_of_id or article.pk
    family = Article.objects.filter(Q(pk=original) | Q(translation_of=original))
    shown = family.published().exclude(pk=article.pk).order_by("language")
    return list(shown.only("slug", "language"))


def alternates(article: Article) -> list[Alternate]:
    """Return every language in which readers find it, its own too; none where it is alone."""
    others = of(article)
    family = sorted([article, *others], key=lambda each: each.language) if others else []
    return [Alternate(each.language, _url(each)) for each in family]


def _url(article: Any) -> str:
    return settings.SITE_URL + article.get_absolute_url()


def slugs(article: Article) -> list[str]:
    """Return the addresses of the article and of all its translations, whoever sees them.

    The kept page of each changes when another goes online or is taken away.
    """
    original = article.translation_of_id or article.pk
    family = Article.objects.filter(Q(pk=original) | Q(translation_of=original))
    return list(family.values_list("slug", flat=True))


def cards_here(articles: list[Article]) -> list[Article]:
    """Return those of `articles` that are in the language of this page, else their translations.

    What is not yet translated is left out. One query where any is in another language.
    """
    here = languages.active()
    others = [each.pk for each in articles if each.language != here]
    if not others:
        return articles
    found = Article.objects.published().in_language(here).as_cards("translation_of")
    by_original = {each.translation_of_id: each for each in found.filter(translation_of__in=others)}
    chosen = (each if each.language == here else by_original.get(each.pk) for each in articles)
    return [each for each in chosen if each is not None]

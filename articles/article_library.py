"""The articles as other parts of the site may show them: see `core.article_library`."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from articles import languages
from articles.models import Article, Redirect
from articles.models.articles import ArticleQuerySet
from articles.pictures import library
from core.article_library import Card


class Articles:
    """The library of published articles."""

    def cards(self, pks: Iterable[int]) -> list[Card]:
        """Return the cards of these articles, in this order, but for those readers cannot see."""
        wanted = list(pks)
        found = {card.pk: card for card in _cards(_shown().filter(pk__in=wanted))}
        return [found[pk] for pk in wanted if pk in found]

    def newest(self, count: int) -> list[Card]:
        """Return the cards of the newest `count` articles in the language of now."""
        return _cards(_shown().in_language(languages.active()).newest()[:count])

    def is_online(self, path: str) -> bool:
        """Return whether readers find an article at this path, or are redirected to one."""
        slug = path.strip("/").rpartition("/")[2]
        known = Article.objects.published().filter(slug=slug).exists()
        return known or Redirect.objects.filter(path=path, article__online__isnull=False).exists()

    def is_picture(self, address: str) -> bool:
        """Return whether this is the address of a picture in the library."""
        return library.is_library_picture(address)


def _shown() -> ArticleQuerySet:
    return Article.objects.published().as_cards()


def _cards(articles: Iterable[Article]) -> list[Card]:
    return [
        Card(
            pk=article.pk,
            title=article.published_revision.title,
            summary=article.published_revision.summary,
            path=article.get_absolute_url(),
            language=article.language,
            label=_("{minutes} min read").format(minutes=article.published_revision.minutes),
        )
        for article in articles
    ]

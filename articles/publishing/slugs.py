"""The address of an article: one that was once public leads to it for ever."""

from django.db import transaction
from django.utils.translation import gettext as _

from articles import languages
from articles.models import RESERVED, Article, Redirect
from articles.publishing import publication
from articles.publishing.rules import Refused, lock


@transaction.atomic
def rename(article: Article, slug: str) -> None:
    """Give it another address; the old one redirects there if readers have ever seen it.

    Raises Refused for an address that another article has or once had.
    """
    locked = lock(article)
    if slug == locked.slug:
        return
    raise_if_taken(slug, locked)
    new = Article(slug=slug, language=locked.language).get_absolute_url()
    if locked.published_at:
        publication.drop_cached_pages(locked)
        Redirect.objects.create(path=locked.get_absolute_url(), article=locked)
    Redirect.objects.filter(path=new, article=locked).delete()
    locked.slug = slug
    locked.save(update_fields=["slug", "changed_at"])
    publication.drop_cached_pages(locked)
    article.refresh_from_db()


def raise_if_taken(slug: str, article: Article | None = None) -> None:
    """Raise Refused when another article, in any language, has or once had this address."""
    if slug in RESERVED:
        raise Refused(_("“{slug}” is an address of the site itself.").format(slug=slug))
    paths = [
        Article(slug=slug, language=code).get_absolute_url() for code, _name in languages.choices()
    ]
    own = article.pk if article else 0
    if (
        Article.objects.filter(slug=slug).exclude(pk=own).exists()
        or Redirect.objects.filter(path__in=paths).exclude(article_id=own).exists()
    ):
        raise Refused(
            _("Another article has, or once had, the address “{slug}”.").format(slug=slug)
        )

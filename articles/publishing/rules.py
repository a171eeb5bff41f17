"""The rules of every step: the lock on the article, and what is refused."""

from django.utils.translation import gettext as _

from articles.models import Article
from core.richtext.sanitizer import Refused

__all__ = ["NotPossible", "Refused", "lock"]


class NotPossible(Exception):
    """The step does not fit the article as it is now. Its words are for staff."""


def lock(article: Article, *statuses: str) -> Article:
    """Lock the article until the transaction ends, and return it as the database has it.

    Raises NotPossible unless it has one of `statuses` (when any are given).
    """
    locked = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if statuses and locked.status not in statuses:
        raise NotPossible(
            _("This cannot be done: the article is “{status}” by now.").format(
                status=locked.get_status_display()
            )
        )
    return locked

"""What readers see under an article: comments with their answers.

One query, and one more where staff have written: a join for nobody costs more than that.
"""

from dataclasses import dataclass, field
from itertools import islice

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from articles.models import Article, Comment

ON_THE_ARTICLE, ON_A_PAGE = 60, 200


@dataclass
class ThreadComment:
    """A comment as it is shown; `writer_role` says in which part its writer speaks."""

    comment: Comment
    writer_role: str = ""
    answers: list["ThreadComment"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name to show: a contributor's byline as it is today, or what was typed."""
        contributor = self.comment.contributor
        return contributor.byline if contributor else self.comment.name


@dataclass(frozen=True)
class Threads:
    """The threads under an article, and whether there are older ones than these."""

    threads: list[ThreadComment]
    more: bool  # there are older ones than these


def threads(article: Article, most: int = ON_THE_ARTICLE) -> Threads:
    """Return the newest threads first, answers in the order written; `most` comments in all."""
    rows = _newest(article, most + 1)
    known = {row.pk: ThreadComment(row, writer_role(row, article)) for row in islice(rows, most)}
    top = [shown for shown in known.values() if shown.comment.parent_id is None]
    for shown in reversed(known.values()):
        if shown.comment.parent_id in known:
            known[shown.comment.parent_id].answers.append(shown)
    return Threads(top, len(rows) > most)


def _newest(article: Article, count: int) -> list[Comment]:
    visible = Comment.objects.visible().filter(article=article)
    rows = list(visible.order_by("-created_at", "-pk")[:count])
    by_staff = [row for row in rows if row.contributor_id]
    prefetch_related_objects(by_staff, "contributor")
    return rows


def writer_role(comment: Comment, article: Article) -> str:
    """Return the part in which a comment's writer speaks, empty for readers.

    “Author” and “Medical reviewer” are those of this article.
    """
    if not comment.by_staff:
        return ""
    if comment.contributor_id == article.author_id:
        return _("Author")
    if comment.contributor_id and comment.contributor_id == article.reviewer_id:
        return _("Medical reviewer")
    return _("Our team")

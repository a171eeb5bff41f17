"""What readers write, what staff answer, and what a writer takes back."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from articles.comments import emails, moderation
from articles.models import Article, Comment, CommentStatus, Contributor
from articles.publishing import publication
from core.database import database_time
from core.languages.speaking import of_now
from core.practice.models import Practice
from core.validation.control_characters import without_controls

LINK = re.compile(
    r"https?:|www\.|(?<![\w-])[\w-]++\.(?:com|net|org|info|biz|io|co|ru|cn|xyz|shop|top|online|site)\b",
    re.IGNORECASE,
)


def is_open(article: Article, now: datetime | None = None) -> bool:
    """Return whether readers may write under it: not closed by hand, and not too long online."""
    if not article.comments_open or article.published_at is None:
        return False
    days = settings.COMMENTS_CLOSE_DAYS
    now = now or database_time.now()
    return not days or now < article.published_at + timedelta(days=days)


def submit(
    article: Article, *, name: str, email: str, text: str, to: Comment | None = None
) -> Comment:
    """Keep what a reader wrote, word for word, until staff have looked at it.

    `to` is the comment that it answers; an answer to an answer stands beside that one.
    """
    return Comment.objects.create(
        article=article,
        parent=to and (to.parent or to),
        name=without_controls(name),
        email=email,
        text=without_controls(text),
        has_link=bool(LINK.search(f"{name} {text}")),
        language=of_now(),
        created_at=database_time.now(),
    )


@transaction.atomic
def answer(comment: Comment, *, text: str, by: Any, contributor: Contributor | None) -> Comment:
    """Answer as staff, which lets readers see the comment as well.

    Raises NotPossible when its writer has withdrawn it.
    """
    if comment.status != CommentStatus.APPROVED:
        moderation.approve(comment, by=by, tell=False)
    else:
        moderation.raise_if_withdrawn(comment)
    now = database_time.now()
    answered = Comment.objects.create(
        article=comment.article,
        parent=comment.parent or comment,
        contributor=contributor,
        by_staff=True,
        name=contributor.byline if contributor else Practice.current().name,
        text=without_controls(text),
        status=CommentStatus.APPROVED,
        created_at=now,
        decided_at=now,
        decided_by=by,
    )
    emails.email_writer(comment, "comment_answered", key=f"comment-answered:{answered.pk}")
    publication.drop_cached_pages(comment.article)
    return answered


@transaction.atomic
def withdraw(comment: Comment) -> None:
    """Withdraw it for its writer: words, name and address are gone at once, answers unseen."""
    changed = (
        Comment.objects.filter(pk=comment.pk)
        .exclude(status=CommentStatus.WITHDRAWN)
        .update(
            status=CommentStatus.WITHDRAWN,
            name="",
            email="",
            text="",
            has_link=False,
            decided_at=database_time.now(),
        )
    )
    if changed:
        emails.cancel_emails(comment)
        publication.drop_cached_pages(comment.article)
    comment.refresh_from_db()


def import_comment(
    article: Article,
    *,
    name: str,
    text: str,
    written: datetime,
    to: Comment | None = None,
    contributor: Contributor | None = None,
) -> Comment:
    """Keep a comment that was public elsewhere before. Nobody is told."""
    comment = Comment.objects.create(
        article=article,
        parent=to and (to.parent or to),
        contributor=contributor,
        by_staff=contributor is not None,
        name=without_controls(name),
        text=without_controls(text),
        status=CommentStatus.APPROVED,
        created_at=written,
        decided_at=database_time.now(),
    )
    publication.drop_cached_pages(article)
    return comment

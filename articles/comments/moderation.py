"""Staff decide whether readers see a comment, and may decide otherwise later."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from articles.comments import emails
from articles.models import Comment, CommentStatus
from articles.publishing import publication
from core.database import database_time


class NotPossible(Exception):
    """The step does not fit the comment as it is now. Its words are for staff."""


@transaction.atomic
def approve(comment: Comment, *, by: Any, tell: bool = True) -> None:
    """Let readers see it; its writer is told where an address was given.

    Raises NotPossible, as the others do, when that was decided already, or it is withdrawn.
    """
    _decide(comment, CommentStatus.APPROVED, by)
    if tell:
        emails.email_writer(comment, "comment_approved", key=f"comment-approved:{comment.pk}")


@transaction.atomic
def reject(comment: Comment, *, by: Any) -> None:
    """Keep it from readers, or take it away from them. Raises NotPossible as `approve` does."""
    _decide(comment, CommentStatus.REJECTED, by)
    emails.cancel_emails(comment)


@transaction.atomic
def mark_as_spam(comment: Comment, *, by: Any) -> None:
    """Keep it from readers as spam. Raises NotPossible as `approve` does."""
    _decide(comment, CommentStatus.SPAM, by)
    emails.cancel_emails(comment)


def _decide(comment: Comment, status: CommentStatus, by: Any) -> None:
    # One conditional UPDATE decides: a writer who withdraws at the same time wins or finds it gone.
    changed = (
        Comment.objects.filter(pk=comment.pk)
        .exclude(status__in=[status, CommentStatus.WITHDRAWN])
        .update(status=status, decided_at=database_time.now(), decided_by=by)
    )
    comment.refresh_from_db()
    if not changed:
        raise NotPossible(
            _("This cannot be done: the comment is “{status}” already.").format(
                status=comment.get_status_display()
            )
        )
    publication.drop_cached_pages(comment.article)


def raise_if_withdrawn(comment: Comment) -> None:
    """Lock it. Raises NotPossible when its writer has withdrawn it meanwhile."""
    found = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if found.status == CommentStatus.WITHDRAWN:
        raise NotPossible(_("Its writer has withdrawn this comment."))

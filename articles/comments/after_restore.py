"""Comments after a restore: what its writer took back since the backup is not shown again."""

from collections.abc import Iterable
from datetime import datetime

from articles.comments import submission
from articles.models import Comment, CommentStatus


def withdrawn_since(since: datetime) -> list[int]:
    """Return the comments that their writers took back since then."""
    gone = Comment.objects.filter(status=CommentStatus.WITHDRAWN, decided_at__gte=since)
    return list(gone.order_by("pk").values_list("pk", flat=True))


def withdraw_again(pks: Iterable[int]) -> int:
    """Take these back once more; return how many were shown again."""
    shown = Comment.objects.filter(pk__in=list(pks)).exclude(status=CommentStatus.WITHDRAWN)
    found = list(shown.select_related("article"))
    for comment in found:
        submission.withdraw(comment)
    return len(found)

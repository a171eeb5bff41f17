"""What of comments is kept, and for how long."""

from datetime import datetime, timedelta

from django.conf import settings

from articles.models import Comment, CommentStatus, Feedback
from core.database.batches import batches

HIDDEN = [CommentStatus.REJECTED, CommentStatus.SPAM, CommentStatus.WITHDRAWN]


def purge(now: datetime) -> None:
    """Delete what readers will not see, and the addresses of what they see, after their time.

    The sentence beside a "Was this helpful?" goes too: people write about themselves there.
    """
    refused = now - timedelta(days=settings.COMMENT_REFUSED_DAYS)
    for part in batches(Comment.objects.filter(status__in=HIDDEN, decided_at__lt=refused)):
        part.delete()
    addresses = now - timedelta(days=settings.COMMENT_ADDRESS_DAYS)
    for part in batches(Comment.objects.exclude(email="").filter(created_at__lt=addresses)):
        part.update(email="")
    sentences = (now - timedelta(days=settings.FEEDBACK_DAYS)).date()
    for answers in batches(Feedback.objects.exclude(sentence="").filter(day__lt=sentences)):
        answers.update(sentence="")

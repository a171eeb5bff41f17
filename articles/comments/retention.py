"""What of comments is kept, and for how long."""

from datetime import datetime, timedelta

from django.conf import settings

from articles.models import Comment, CommentStatus, Feedback

HIDDEN = [CommentStatus.REJECTED, CommentStatus.SPAM, CommentStatus.WITHDRAWN]


def purge(now: datetime) -> None:
    """Delete what readers will not see, and the addresses of what they see, after their time.

    The sentence beside a "Was this helpful?" goes too: people write about themselves there.
    """
    refused = now - timedelta(days=settings.COMMENT_REFUSED_DAYS)
    Comment.objects.filter(status__in=HIDDEN, decided_at__lt=refused).delete()
    addresses = now - timedelta(days=settings.COMMENT_ADDRESS_DAYS)
    Comment.objects.exclude(email="").filter(created_at__lt=addresses).update(email="")
    sentences = (now - timedelta(days=settings.FEEDBACK_DAYS)).date()
    Feedback.objects.exclude(sentence="").filter(day__lt=sentences).update(sentence="")

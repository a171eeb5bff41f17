"""The writer's secret link to a comment. It expires, and nothing is stored."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from articles.models import Comment
from core.signed_links import PRIMARY_KEY, LinkSigner

SIGNER = LinkSigner(
    "articles.comment",
    payload=PRIMARY_KEY,
    valid_for=lambda: timedelta(days=settings.COMMENT_ADDRESS_DAYS),
)


def page(comment: Comment) -> str:
    """Return the path of the comment's page, valid for COMMENT_ADDRESS_DAYS from now."""
    return reverse("articles:comment", args=[SIGNER.sign(comment.pk)])


def find(token: str) -> Comment | None:
    """Return the comment behind a token; None if it is forged, has expired, or is gone."""
    pk = SIGNER.read(token)
    if pk is None:
        return None
    return Comment.objects.select_related("article__online", "parent").filter(pk=pk).first()

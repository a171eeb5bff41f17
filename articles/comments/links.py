"""The writer's secret link to a comment: signed, for this purpose only, and nothing is stored."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from articles.models import Comment

PATTERN = r"[0-9]{1,18}\.[A-Za-z0-9]{1,12}\.[A-Za-z0-9_-]{40,64}"


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="articles.comment", algorithm="sha256")


def page(comment: Comment) -> str:
    """Return the path of the comment's page, valid for COMMENT_ADDRESS_DAYS from now."""
    return reverse("articles:comment", args=[_signer().sign(str(comment.pk))])


def find(token: str) -> Comment | None:
    """Return the comment behind a token; None if it is forged, has expired, or is gone."""
    lifetime = timedelta(days=settings.COMMENT_ADDRESS_DAYS)
    try:
        pk = int(_signer().unsign(token, max_age=lifetime))
    except BadSignature:
        return None
    return Comment.objects.select_related("article__online", "parent").filter(pk=pk).first()

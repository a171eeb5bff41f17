"""A secret link to an article that is not public yet. It expires, and nothing is stored."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from articles.models import Article

PATTERN = r"[0-9]{1,18}\.[A-Za-z0-9]{1,12}\.[A-Za-z0-9_-]{40,64}"


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="articles.preview", algorithm="sha256")


def link(article: Article) -> str:
    """The path of the preview, valid for ARTICLE_PREVIEW_DAYS from now."""
    return reverse("articles:preview", args=[_signer().sign(str(article.pk))])


def find(token: str) -> int | None:
    """The article's key behind a token; None if it is not one of ours, or has expired."""
    try:
        lifetime = timedelta(days=settings.ARTICLE_PREVIEW_DAYS)
        return int(_signer().unsign(token, max_age=lifetime))
    except BadSignature:
        return None

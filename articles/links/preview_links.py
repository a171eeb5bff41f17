"""A secret link to an article that is not public yet. It expires, and nothing is stored."""

from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from articles.models import Article

VALID_FOR = timedelta(days=7)
PATTERN = r"[0-9]{1,18}\.[A-Za-z0-9]{1,12}\.[A-Za-z0-9_-]{40,64}"


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="articles.preview", algorithm="sha256")


def link(article: Article) -> str:
    """Return the path of the preview, valid for VALID_FOR from now."""
    return reverse("articles:preview", args=[_signer().sign(str(article.pk))])


def find(token: str) -> int | None:
    """Return the article's key behind a token; None if it is forged or has expired."""
    try:
        return int(_signer().unsign(token, max_age=VALID_FOR))
    except BadSignature:
        return None

"""A secret link to an article that is not public yet. It expires, and nothing is stored."""

from datetime import timedelta

from django.urls import reverse

from articles.models import Article
from core.signed_links import PRIMARY_KEY, LinkSigner

VALID_FOR = timedelta(days=7)
SIGNER = LinkSigner("articles.preview", payload=PRIMARY_KEY, valid_for=lambda: VALID_FOR)


def link(article: Article) -> str:
    """Return the path of the preview, valid for VALID_FOR from now."""
    return reverse("articles:preview", args=[SIGNER.sign(article.pk)])


def find(token: str) -> int | None:
    """Return the article's key behind a token; None if it is forged or has expired."""
    pk = SIGNER.read(token)
    return int(pk) if pk else None

"""The sitemaps of articles and their topics."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from articles.links.page_urls import cached_url
from articles.models import Article
from core.feeds import SafeSitemap


class ArticlesSitemap(SafeSitemap):
    """Every article that readers can see."""

    limit = 40_000  # of the 50,000 that one file may hold

    def items(self) -> QuerySet[Article, Any]:
        since = Coalesce("updated_at", "published_at")
        articles = Article.objects.published().order_by("pk")
        return articles.annotate(shown_since=since).values("slug", "language", "shown_since")

    def lastmod(self, item: dict) -> datetime:
        return item["shown_since"]

    def location(self, item: dict) -> str:
        return Article(slug=item["slug"], language=item["language"]).get_absolute_url()


class TopicsSitemap(SafeSitemap):
    """The topics that hold an article, in each language in which they do."""

    def items(self) -> list[tuple[str, str]]:
        shown = Article.objects.published().order_by("topic", "language")
        return list(shown.values_list("topic__slug", "language").distinct())

    def location(self, item: tuple[str, str]) -> str:
        return cached_url("topic", *item)

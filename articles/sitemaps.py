"""The sitemaps of articles and their topics."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from articles.models import Article, Topic
from core.feeds import SafeSitemap


class ArticlesSitemap(SafeSitemap):
    """Every article that readers can see."""

    limit = 40_000  # of the 50,000 that one file may hold

    def items(self) -> QuerySet[Article, Any]:
        since = Coalesce("updated_at", "published_at")
        articles = Article.objects.published().order_by("pk")
        return articles.annotate(shown_since=since).values("slug", "shown_since")

    def lastmod(self, item: dict) -> datetime:
        return item["shown_since"]

    def location(self, item: dict) -> str:
        return Article(slug=item["slug"]).get_absolute_url()


class TopicsSitemap(SafeSitemap):
    """The topics that hold an article."""

    def items(self) -> list[Topic]:
        shown = Article.objects.published().order_by()
        return list(Topic.objects.filter(pk__in=shown.values("topic")).order_by("pk"))

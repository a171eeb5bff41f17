from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from articles.models import Article, Topic


class ArticlesSitemap(Sitemap):
    """Every article that readers can see. Addresses come from SITE_URL, never from the request."""

    limit = 40_000  # of the 50,000 that one file may hold, with the other pages

    def items(self) -> QuerySet[Article]:
        changed = Coalesce("updated_at", "published_at")
        return Article.objects.published().annotate(shown_since=changed).only("slug").order_by("pk")

    def lastmod(self, article: Article) -> datetime:
        return article.shown_since

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class TopicsSitemap(ArticlesSitemap):
    """The list of all articles, and the topics that hold any."""

    def items(self):
        shown = Article.objects.published().order_by()
        return list(Topic.objects.filter(pk__in=shown.values("topic")).order_by("pk"))

    def lastmod(self, topic: Topic) -> None:
        return None

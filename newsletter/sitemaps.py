from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from newsletter.models import Issue


class IssuesSitemap(Sitemap):
    """Every issue that everybody may read. Addresses come from SITE_URL."""

    def items(self) -> QuerySet[Issue]:
        return Issue.objects.archived().only("slug", "started_at")

    def lastmod(self, item: Issue) -> datetime | None:
        return item.started_at

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

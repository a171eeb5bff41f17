from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse


class PagesSitemap(Sitemap):
    """The pages that change with a release. Addresses come from SITE_URL."""

    changefreq = "monthly"

    def items(self) -> list[str]:
        return [
            "pages:home",
            "pages:about",
            "pages:contact",
            "pages:privacy",
            "articles:list",
            "newsletter:home",
        ]

    def location(self, item: str) -> str:
        return reverse(item)

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

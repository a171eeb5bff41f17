"""The list of sitemaps, and the one of the pages themselves."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.sitemaps import ArticlesSitemap, TopicsSitemap
from core.feeds import SafeSitemap
from newsletter.sitemaps import IssuesSitemap
from pages.text_pages import catalog


class PagesSitemap(SafeSitemap):
    """The pages that change with a release."""

    changefreq = "monthly"

    def items(self) -> list[str]:
        return [
            "pages:home",
            "pages:about",
            "pages:contact",
            *(entry.route for entry in catalog.ENTRIES),
            "articles:list",
            "newsletter:home",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS: dict[str, type[Sitemap]] = {
    "pages": PagesSitemap,
    "topics": TopicsSitemap,
    "articles": ArticlesSitemap,
    "issues": IssuesSitemap,
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the sitemaps, each with fewer than the 50,000 addresses that a file may hold."""
    files = []
    for section, sitemap in SITEMAPS.items():
        address = settings.SITE_URL + reverse("machines:sitemap_section", args=[section])
        pages = sitemap().paginator.num_pages
        files += [address + (f"?p={page}" if page > 1 else "") for page in range(1, pages + 1)]
    listed = [SitemapIndexItem(address) for address in files]
    context = {"sitemaps": listed}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")

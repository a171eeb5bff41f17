"""The list of sitemaps, and the one of the pages themselves."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from appointments.models import Provider
from appointments.public.providers import MOST
from appointments.public.states import slug_of
from appointments.scheduling import bookable_services
from appointments.scheduling.states import State
from articles.sitemaps import ArticlesSitemap, TopicsSitemap
from core.database import database_time
from core.feeds import SafeSitemap
from newsletter.sitemaps import IssuesSitemap
from pages.text_pages import catalog


class PagesSitemap(SafeSitemap):
    """The pages that change with a release."""

    changefreq = "monthly"
    in_each_language = True

    def items(self) -> list[str]:
        return [
            "pages:home",
            "pages:about",
            "pages:contact",
            *(entry.route for entry in catalog.ENTRIES),
            "pages:prices",
            "pages:providers",
            "pages:states",
            "appointments:choose_state",
            "articles:list",
            "newsletter:home",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class ProvidersSitemap(SafeSitemap):
    """The providers whom the site shows."""

    changefreq = "weekly"
    in_each_language = True

    def items(self) -> list[str]:
        listed = Provider.objects.listed().order_by("slug")
        return list(listed.values_list("slug", flat=True)[:MOST])

    def location(self, item: str) -> str:
        return reverse("pages:provider", args=[item])


class StatesSitemap(SafeSitemap):
    """The states that are served today."""

    changefreq = "weekly"
    in_each_language = True

    def items(self) -> list[State]:
        return bookable_services.served_states(database_time.now())

    def location(self, item: State) -> str:
        return reverse("pages:state", args=[slug_of(item)])


SITEMAPS: dict[str, type[Sitemap]] = {
    "pages": PagesSitemap,
    "topics": TopicsSitemap,
    "articles": ArticlesSitemap,
    "issues": IssuesSitemap,
    "providers": ProvidersSitemap,
    "states": StatesSitemap,
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

from datetime import datetime

from django.db.models import QuerySet

from core.feeds import SafeSitemap
from core.languages.speaking import speaking
from newsletter.models import Issue


class IssuesSitemap(SafeSitemap):
    """Every issue that everybody may read."""

    def items(self) -> QuerySet[Issue]:
        return Issue.objects.archived().only("slug", "started_at", "language")

    def location(self, item: Issue) -> str:
        """Return the path of its page in the language it was written in."""
        with speaking(item.language):
            return item.get_absolute_url()

    def lastmod(self, item: Issue) -> datetime | None:
        return item.started_at

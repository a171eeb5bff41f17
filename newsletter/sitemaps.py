from datetime import datetime

from django.db.models import QuerySet

from core.feeds import SafeSitemap
from newsletter.models import Issue


class IssuesSitemap(SafeSitemap):
    """Every issue that everybody may read."""

    def items(self) -> QuerySet[Issue]:
        return Issue.objects.archived().only("slug", "started_at")

    def lastmod(self, item: Issue) -> datetime | None:
        return item.started_at

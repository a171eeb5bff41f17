"""Which issues began after a backup: they must not be sent once more from what it holds."""

from datetime import datetime

from newsletter.models import Issue


def begun_since(since: datetime) -> list[int]:
    """Return the issues whose sending began since then."""
    return list(Issue.objects.filter(started_at__gte=since).values_list("pk", flat=True))

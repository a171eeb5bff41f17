"""Deleting who got which issue, and what was reported, after a while; the counts stay."""

from datetime import timedelta

from django.conf import settings

from core.database import database_time
from core.database.batches import batches
from newsletter.models import Delivery, Event, HardBounce, Issue

DELETED_AT_ONCE = 5000


def delete_old_deliveries() -> int:
    """Delete the deliveries of issues that ended NEWSLETTER_HISTORY_DAYS ago; return how many.

    The counts of an issue stay in its batches, and reports about it without their reader.
    """
    since = database_time.now() - timedelta(days=settings.NEWSLETTER_HISTORY_DAYS)
    for part in batches(Event.objects.filter(at__lt=since, subscriber__isnull=False)):
        part.update(subscriber=None, why="")
    HardBounce.objects.filter(at__lt=since).delete()
    return sum(_delete_deliveries(issue) for issue in Issue.objects.filter(finished_at__lt=since))


def _delete_deliveries(issue: Issue) -> int:
    """A part after the other, each by itself: there may be a million."""
    count = last = 0
    while True:
        rest = Delivery.objects.of(issue).filter(subscriber__gt=last).order_by("subscriber")
        found = list(rest.values_list("pk", "subscriber")[:DELETED_AT_ONCE])
        if not found:
            return count
        Delivery.objects.filter(pk__in=[pk for pk, _subscriber in found]).delete()
        count, last = count + len(found), found[-1][1]

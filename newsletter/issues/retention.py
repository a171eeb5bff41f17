"""Deleting who got which issue, and what was reported, after a while; the counts stay."""

from datetime import timedelta

from django.conf import settings

from core.database import database_time
from newsletter.models import Delivery, Event, HardBounce, Issue


def delete_old_deliveries() -> int:
    """Delete the deliveries of issues that ended NEWSLETTER_HISTORY_DAYS ago; return how many.

    The counts of an issue stay in its batches, and reports about it without their reader.
    """
    since = database_time.now() - timedelta(days=settings.NEWSLETTER_HISTORY_DAYS)
    Event.objects.filter(at__lt=since, subscriber__isnull=False).update(subscriber=None, why="")
    HardBounce.objects.filter(at__lt=since).delete()
    old = Issue.objects.filter(finished_at__lt=since)
    return sum(Delivery.objects.of(issue).delete()[0] for issue in old)

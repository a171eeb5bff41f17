"""Who got which issue, and what came back: forgotten after a while, the numbers stay."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from newsletter.models import Delivery, Event, HardBounce, Issue


def forget_old_issues() -> int:
    """Delete the deliveries of issues that ended NEWSLETTER_HISTORY_DAYS ago; how many.

    The sums of an issue stand in its batches, what was reported about it stays without its reader.
    """
    since = timezone.now() - timedelta(days=settings.NEWSLETTER_HISTORY_DAYS)
    Event.objects.filter(at__lt=since, subscriber__isnull=False).update(subscriber=None, why="")
    HardBounce.objects.filter(at__lt=since).delete()
    old = Issue.objects.filter(finished_at__lt=since)
    return sum(Delivery.objects.of(issue).delete()[0] for issue in old)

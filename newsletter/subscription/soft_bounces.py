"""Soft bounces: a full mailbox, a server that is away, a mail too large."""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from newsletter.models import Subscriber
from newsletter.subscription.hard_bounces import record_hard_bounce


@transaction.atomic
def record_soft_bounce(subscriber: Subscriber, *, how: str, issue: int = 0) -> bool:
    """Count one more in a row; after NEWSLETTER_SOFT_BOUNCES it is a hard bounce.

    Returns True if they are off the list now.
    """
    chosen = Subscriber.objects.active().filter(pk=subscriber.pk)
    chosen.update(soft_bounces=F("soft_bounces") + 1)
    if not chosen.filter(soft_bounces__gte=settings.NEWSLETTER_SOFT_BOUNCES).exists():
        return False
    return record_hard_bounce(subscriber, how=how, issue=issue)


def reset_soft_bounces(subscriber: Subscriber) -> None:
    """Count from none again: an issue has arrived."""
    Subscriber.objects.filter(pk=subscriber.pk, soft_bounces__gt=0).update(soft_bounces=0)

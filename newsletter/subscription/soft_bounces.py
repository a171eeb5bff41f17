"""Letters that come back for now: a full mailbox, a server that is away, a letter too large."""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from newsletter.models import Subscriber
from newsletter.subscription.hard_bounces import bounced


@transaction.atomic
def passing_failure(subscriber: Subscriber, *, how: str, issue: int = 0) -> bool:
    """A letter came back for a passing reason. True when it was one too many in a row."""
    chosen = Subscriber.objects.active().filter(pk=subscriber.pk)
    chosen.update(soft_bounces=F("soft_bounces") + 1)
    if not chosen.filter(soft_bounces__gte=settings.NEWSLETTER_SOFT_BOUNCES).exists():
        return False
    return bounced(subscriber, how=how, issue=issue)


def received(subscriber: Subscriber) -> None:
    """A letter arrived: earlier passing failures count no more."""
    Subscriber.objects.filter(pk=subscriber.pk, soft_bounces__gt=0).update(soft_bounces=0)

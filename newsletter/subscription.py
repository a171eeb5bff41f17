"""The life of a subscriber."""

from newsletter.models import Subscriber


def suppress(subscriber: Subscriber, *, because: str, how: str) -> None:
    Subscriber.objects.filter(pk=subscriber.pk).update(state=because)

"""The tables of the newsletter."""

from newsletter.models.people import Subscriber, SubscriberQuerySet, Topic

__all__ = ["Subscriber", "SubscriberQuerySet", "Topic"]

"""The tables of the newsletter."""

from newsletter.models.issues import Batch, Delivery, Issue
from newsletter.models.people import Subscriber, SubscriberQuerySet, Topic

__all__ = ["Batch", "Delivery", "Issue", "Subscriber", "SubscriberQuerySet", "Topic"]

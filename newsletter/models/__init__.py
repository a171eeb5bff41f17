"""The tables of the newsletter."""

from newsletter.models.consents import Confirmation, Consent, ConsentText, Origin
from newsletter.models.events import Event
from newsletter.models.moving import Import
from newsletter.models.people import Subscriber, SubscriberQuerySet, Topic

__all__ = [
    "Confirmation",
    "Consent",
    "ConsentText",
    "Event",
    "Import",
    "Origin",
    "Subscriber",
    "SubscriberQuerySet",
    "Topic",
]

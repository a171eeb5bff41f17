"""The tables of the newsletter."""

from newsletter.models.bounces import HardBounce
from newsletter.models.consents import Confirmation, Consent, ConsentText, Origin
from newsletter.models.events import Event
from newsletter.models.imports import Import
from newsletter.models.issues import Batch, Delivery, Issue
from newsletter.models.list_uploads import ListUpload, ListUploadPart
from newsletter.models.subscribers import Subscriber, SubscriberQuerySet, Topic

__all__ = [
    "Batch",
    "Confirmation",
    "Consent",
    "ConsentText",
    "Delivery",
    "Event",
    "HardBounce",
    "Import",
    "Issue",
    "ListUpload",
    "ListUploadPart",
    "Origin",
    "Subscriber",
    "SubscriberQuerySet",
    "Topic",
]

"""A provider's private calendar feed: their visits, each called "Visit", for their own calendar.

Its address can be replaced. Its entries have UIDs of their own, made from those that patients get
in a way that cannot be undone: no calendar shows who the two have in common.
"""

import uuid
from datetime import datetime

from django.db.models.functions import Now
from django.urls import reverse

from appointments.calendars import feed_files
from appointments.calendars.feed_files import Listing
from appointments.models import Appointment, CalendarFeed, Provider
from core.signed_links import absolute_url


def replace(provider: Provider) -> str:
    """Give the provider's feed a new address and return it; the old one leads nowhere from now on.

    It cannot be read again later: show it at once.
    """
    token = feed_files.new_token()
    CalendarFeed.objects.update_or_create(
        provider=provider, defaults={"token_hash": feed_files.hashed(token), "changed_at": Now()}
    )
    return absolute_url(reverse("appointments:calendar_feed", args=[token]))


def find(token: str) -> CalendarFeed | None:
    """Return the feed at that address, with its provider; None for a wrong or old one.

    None, too, when the provider does not see patients any more.
    """
    return (
        CalendarFeed.objects.select_related("provider")
        .filter(token_hash=feed_files.hashed(token), provider__active=True)
        .first()
    )


def visit_left(provider: Provider) -> None:
    """Somebody else has one of the provider's visits now; in their feed nothing is left of it."""
    CalendarFeed.objects.filter(provider=provider).update(changed_at=Now())


def listing(feed: CalendarFeed, now: datetime) -> Listing:
    """Return the provider's visits."""
    entries = feed_files.entries(Appointment.objects.filter(provider=feed.provider), now)
    changes = [feed.changed_at, *(entry.changed_at for entry in entries)]
    return Listing(feed.provider.time_zone, entries, _own_uid, max(changes))


def _own_uid(uid: uuid.UUID) -> str:
    return str(uuid.uuid5(uid, "feed"))

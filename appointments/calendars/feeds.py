"""A provider's private calendar feed: their visits, each called "Visit", for their own calendar.

The address holds 192 random bits and is kept as a hash: whoever has it reads the feed, so it is
shown once and can be replaced. Its entries have UIDs of their own, made from those that patients
get in a way that cannot be undone: no calendar shows who the two have in common.
"""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, Now
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, vDuration, vText
from icalendar.parser import Contentline, Parameters

from appointments.models import Appointment, CalendarFeed, Provider, Status
from core.signed_links import absolute_url

PATTERN = r"[A-Za-z0-9_-]{32}"
REFRESH = timedelta(minutes=15)
PAST = timedelta(days=30)
HORIZON = timedelta(days=366)
AHEAD = (Status.BOOKED, Status.CHECKED_IN)
OVER = (Status.COMPLETED, Status.NO_SHOW)


class Entry(NamedTuple):
    uid: uuid.UUID
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Listing:
    """What the feed says now. The same listing makes the same bytes."""

    zone: str
    entries: Sequence[Entry]
    changed_at: datetime

    @property
    def etag(self) -> str:
        said = repr((self.zone, settings.SITE_URL, _("Visit"), self.entries))
        return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def replace(provider: Provider) -> str:
    """Give the provider's feed a new address and return it; the old one leads nowhere from now on.

    It cannot be read again later: show it at once.
    """
    token = secrets.token_urlsafe(24)
    CalendarFeed.objects.update_or_create(
        provider=provider, defaults={"token_hash": _hash(token), "changed_at": Now()}
    )
    return absolute_url(reverse("appointments:calendar_feed", args=[token]))


def find(token: str) -> CalendarFeed | None:
    """The feed at that address, with its provider; None for a wrong or old one.

    None, too, when the provider does not see patients any more.
    """
    return (
        CalendarFeed.objects.select_related("provider")
        .filter(token_hash=_hash(token), provider__active=True)
        .first()
    )


def _hash(token: str) -> str:
    # Plain, because nobody can try 2^192 tokens; and no key whose rotation would break calendars.
    return hashlib.sha256(token.encode()).hexdigest()


def visit_left(provider: Provider) -> None:
    """Somebody else has one of the provider's visits now; in their feed nothing is left of it."""
    CalendarFeed.objects.filter(provider=provider).update(changed_at=Now())


def listing(feed: CalendarFeed, now: datetime) -> Listing:
    """From 30 days ago on; cancelled visits, marked so, until their time is over."""
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    last_change = events.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_created_at")
    rows = (
        Appointment.objects.visits()
        .filter(
            # Parted, so that each finds its own index.
            Q(status__in=AHEAD) | Q(status__in=OVER) | Q(status=Status.CANCELLED, ends_at__gt=now),
            provider=feed.provider,
            starts_at__range=(now - PAST, now + HORIZON),
        )
        .annotate(
            changed_at=Greatest(
                "created",
                Coalesce(Subquery(last_change.values("pgh_created_at")[:1]), F("created")),
            )
        )
        .order_by("starts_at", "pk")
        .values_list(*Entry._fields)
    )
    entries = [Entry(*row) for row in rows]
    changes = [feed.changed_at, *(entry.changed_at for entry in entries)]
    return Listing(feed.provider.time_zone, entries, max(changes))


def calendar(listing: Listing) -> bytes:
    """Return the file, UTF-8 with CRLF. Times are UTC, to be shown on the provider's clock."""
    calendar = Calendar()
    calendar.add("prodid", "-//Curednation//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", _("Visits"))
    calendar.add("x-wr-calname", _("Visits"))
    calendar.add("x-wr-timezone", listing.zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    head, end, _rest = calendar.to_ical().partition(b"END:VCALENDAR")
    summary = Contentline.from_parts("SUMMARY", Parameters(), vText(_("Visit")))
    events = [line for entry in listing.entries for line in _event(entry, summary)]
    said = "".join(f"{line}\r\n" for line in events).encode()
    return b"".join([head, said, end, b"\r\n"])


def _event(entry: Entry, summary: Contentline) -> list[str]:
    """Written out, since the library takes 0.4 ms for each; no line but the summary can be long."""
    cancelled = entry.status == Status.CANCELLED
    changed = _utc(entry.changed_at)
    return [
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid5(entry.uid, 'feed')}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"DTSTART:{_utc(entry.starts_at)}",
        f"DTEND:{_utc(entry.ends_at)}",
        summary.to_ical().decode(),
        "CLASS:PRIVATE",
        "STATUS:CANCELLED" if cancelled else "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT" if cancelled else "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"

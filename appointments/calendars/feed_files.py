"""The file that a calendar program asks for every few minutes: visits, each called "Visit".

Its address holds 192 random bits, of which a hash is kept: whoever has it reads the file, so it is
shown once.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from icalendar import Calendar, vDuration, vText
from icalendar.parser import Contentline, Parameters

from appointments.models import Status
from appointments.models.appointment_status import AppointmentQuerySet

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
    """What a feed says now. The same listing makes the same bytes.

    `uid` makes the name that an entry has in this feed. `changed_at` is None where an entry can
    leave without a trace, so that only the whole of it tells whether something changed.
    """

    zone: str
    entries: Sequence[Entry]
    uid: Callable[[uuid.UUID], str]
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        said = repr((self.zone, settings.SITE_URL, _("Visit"), self.entries))
        return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def new_token() -> str:
    """Return what stands in the address of a feed."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """Return what is kept of it.

    Plain, because nobody can try 2^192 tokens; and no key whose rotation would break calendars.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def entries(visits: AppointmentQuerySet, now: datetime) -> list[Entry]:
    """Return those from 30 days ago on; cancelled visits, marked so, until their time is over."""
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    last_change = events.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_created_at")
    changed_at = Subquery(last_change.values("pgh_created_at")[:1])
    rows = (
        visits.visits()
        .filter(
            # Parted, so that each finds its own index.
            Q(status__in=AHEAD) | Q(status__in=OVER) | Q(status=Status.CANCELLED, ends_at__gt=now),
            starts_at__range=(now - PAST, now + HORIZON),
        )
        .annotate(changed_at=Greatest("created", Coalesce(changed_at, F("created"))))
        .order_by("starts_at", "pk")
        .values_list(*Entry._fields)
    )
    return [Entry(*row) for row in rows]


def answer(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Return the feed as a calendar; 304 where its reader has this very one."""
    moment = int(listing.changed_at.timestamp()) if listing.changed_at else None
    response = get_conditional_response(
        request, etag=listing.etag, last_modified=moment
    ) or HttpResponse(calendar(listing), content_type="text/calendar; charset=utf-8")
    response["ETag"] = listing.etag
    if moment:
        response["Last-Modified"] = http_date(moment)
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Unlike the patient's pages it may lie in its reader's own cache: it says "Visit" and no more.
    patch_cache_control(response, private=True, max_age=60)
    return response


def calendar(listing: Listing) -> bytes:
    """Return the file, UTF-8 with CRLF. Times are UTC, to be shown on the reader's clock."""
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
    events = [
        line for each in listing.entries for line in _event(each, listing.uid(each.uid), summary)
    ]
    said = "".join(f"{line}\r\n" for line in events).encode()
    return b"".join([head, said, end, b"\r\n"])


def _event(entry: Entry, uid: str, summary: Contentline) -> list[str]:
    """Return it written out: the library takes 0.4 ms for each."""
    cancelled = entry.status == Status.CANCELLED
    changed = _utc(entry.changed_at)
    return [
        "BEGIN:VEVENT",
        Contentline(f"UID:{uid}").to_ical().decode(),
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

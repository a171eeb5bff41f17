"""The calendar file of a visit (RFC 5545, RFC 5546). It says "Visit" and nothing more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from appointments.models import Appointment, Status
from curednation.practice.models import Practice


class Method(StrEnum):
    """REQUEST and CANCEL travel by mail; PUBLISH is what the page offers for download."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


def calendar_file(
    appointment: Appointment,
    method: Method,
    practice: Practice,
    *,
    also: Sequence[Appointment] = (),
) -> bytes:
    """The file's bytes, UTF-8 with CRLF. Times are in the patient's zone with its VTIMEZONE.

    The UID stays the same for the life of the visit; SEQUENCE rises with each move and with the
    cancellation, which is how a calendar knows the newest word. `also` are later visits of the
    same patient, of a series.
    """
    head, end = _frame(method)
    zone = vtimezone(appointment.zone, appointment.starts_at.year)
    visits = b"".join(_event(one, method, practice).to_ical() for one in (appointment, *also))
    return head + zone + visits + end


@cache
def _frame(method: Method) -> tuple[bytes, bytes]:
    """What stands before and after the visits."""
    calendar = Calendar()
    calendar.add("prodid", "-//Curednation//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    head, end, _ = calendar.to_ical().partition(b"END:VCALENDAR")
    return head, end + b"\r\n"


def _event(appointment: Appointment, method: Method, practice: Practice) -> Event:
    event = Event()
    event.add("uid", f"{appointment.uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", appointment.local_start)
    event.add("dtend", appointment.local_end)
    event.add("summary", _("Visit"))
    event.add("class", "PRIVATE")
    cancelled = appointment.status == Status.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _organizer(practice))
    if method is not Method.PUBLISH:
        event.add("attendee", _attendee(appointment.email), encode=False)
    return event


def _organizer(practice: Practice) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{settings.DEFAULT_FROM_EMAIL}")
    organizer.params["CN"] = vText(practice.mail_name)
    return organizer


def _attendee(email: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["RSVP"] = vText("FALSE")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    return attendee


@lru_cache(maxsize=256)
def vtimezone(name: str, year: int) -> bytes:
    """The VTIMEZONE. Cached: it costs ten times as much as all the rest of the file."""
    return Timezone.from_tzinfo(
        ZoneInfo(name),
        name,
        first_date=datetime(year - 1, 1, 1).date(),
        last_date=(datetime(year + 2, 1, 1) - timedelta(days=1)).date(),
    ).to_ical()

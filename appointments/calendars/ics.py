"""The calendar file of a visit (RFC 5545, RFC 5546). It says "Visit" and nothing more."""

from collections.abc import Sequence
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from appointments.models import Appointment, Status
from core.database import database_time
from core.practice.models import Practice


class Method(StrEnum):
    """REQUEST and CANCEL invite by mail; PUBLISH is a file to take: a download, or a series."""

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
    """Return the file's bytes, UTF-8 with CRLF. Times are UTC; a calendar shows its owner's clock.

    The UID stays the same for the life of the visit; SEQUENCE rises with each move and with the
    cancellation, which is how a calendar knows the newest word. `also` are later visits of the
    same patient, of a series: Outlook takes only the first event of an invitation, so several
    are published. Raises ValueError for an invitation to several.
    """
    if also and method is not Method.PUBLISH:
        raise ValueError("An invitation is for one visit")
    head, end = _frame(method)
    visits = b"".join(_event(one, method, practice).to_ical() for one in (appointment, *also))
    return head + visits + end


def uid_of(uid: UUID) -> str:
    """Return what a visit is called in each calendar of its patient."""
    return f"{uid}@{urlsplit(settings.SITE_URL).hostname}"


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
    event.add("uid", uid_of(appointment.uid))
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", database_time.now())
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", _("Visit"))
    event.add("class", "PRIVATE")
    cancelled = appointment.status == Status.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _organizer(practice))
    if method is not Method.PUBLISH:
        event.add("attendee", _attendee(appointment.email), encode=False)
    return event


def _organizer(practice: Practice) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = vText(practice.mail_name)
    return organizer


def _attendee(email: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["RSVP"] = vText("FALSE")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    return attendee

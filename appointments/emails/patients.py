"""Mails to patients: name, time, practice, phone, one link, no more.

Each overtakes what still waits about the same visit, where its news replaces the older.
"""

import uuid
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.booking import returning_patient
from appointments.booking.patients import match_key
from appointments.calendars.ics import Method, calendar_file
from appointments.models import Appointment, Service, Status, WaitlistEntry
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from core.mail import outbox
from core.people import email_addresses
from core.practice.models import Practice
from core.signed_links import absolute_url

ABOUT = "appointment:"
LONGEST_DELAY_OF_CHANGE = timedelta(hours=1)
IN_TIME = timedelta(hours=2)  # before the visit: from then on every change is told at once
LONGEST_PAUSE_TO_CONFIRM = timedelta(minutes=10)
# A mail with links that still work is in the mailbox meanwhile.
LONGEST_PAUSE_OF_LINKS = timedelta(hours=6)
LONGEST_PAUSE_OF_PROOFS = returning_patient.VALID_FOR / 2
# Staff who tidy up an old list send nobody a mail about last month.
MISSED_IS_NEWS_FOR = timedelta(days=7)


def about(appointment: Appointment) -> str:
    """What groups the mails of one visit in the outbox."""
    return f"{ABOUT}{appointment.pk}"


def delay_of_change(about: str, appointment: Appointment) -> timedelta:
    """Return how long a mail waits for the next change of the same visit, so that many are one.

    Not at all for the first in a while; the last of many in a row says how the visit stands.
    """
    latest = appointment.starts_at - IN_TIME
    return outbox.delay(about=about, longest=LONGEST_DELAY_OF_CHANGE, latest=latest)


def booked(appointment: Appointment) -> None:
    key = f"appointment-booked:{appointment.pk}"
    _tell(  # the first mail about it: there is none to overtake
        "appointment_booked",
        appointment,
        key,
        overtakes=False,
        on_waitlist=_is_on_waitlist(appointment),
    )


def _is_on_waitlist(appointment: Appointment) -> bool:
    """Whether the patient waits for the same kind of visit: its page asks whether they still do."""
    if appointment.patient is None:
        return False
    waiting = WaitlistEntry.objects.waiting(timezone.now())
    return waiting.of_visit(match_key(appointment.patient), appointment).exists()


def moved(appointment: Appointment) -> None:
    key = f"appointment-moved:{appointment.pk}:{appointment.sequence}"
    _tell("appointment_moved", appointment, key)


def series_booked(first: Appointment, later: Sequence[Appointment]) -> None:
    """One mail for all: its link shows the first, whose page lists the others."""
    key = f"appointment-series:{first.pk}"
    _tell("appointment_series", first, key, method=Method.PUBLISH, overtakes=False, also=later)


def readdressed(appointment: Appointment) -> None:
    """To another address than the first confirmation: a mail of its own for each correction."""
    key = f"appointment-booked:{appointment.pk}:{appointment.sequence}"
    _tell("appointment_booked", appointment, key, at_once=True)


def left_address(appointment: Appointment, was: str) -> None:
    """To the address that the visit had before, whose reader may be anybody: a file that takes the
    entry out of a calendar, and not a word about whose visit it is, or when.

    Its change is the one before the visit's own. Nothing about the visit overtakes it.
    """
    gone = copy(appointment)
    gone.email, gone.status, gone.sequence = was, Status.CANCELLED, appointment.sequence - 1
    outbox.enqueue(
        "appointment_address_corrected",
        key=f"appointment-readdressed:{appointment.pk}:{appointment.sequence}",
        to=was,
        about=f"former-address:{appointment.pk}",
        attachments=[_file(gone, Method.CANCEL, Practice.current())],
    )


def cancelled(appointment: Appointment, *, by_patient: bool) -> None:
    """By the patient, or by us: then it apologizes."""
    template = "appointment_cancelled" if by_patient else "appointment_cancelled_by_us"
    key = f"appointment-cancelled:{appointment.pk}"
    _tell(template, appointment, key, method=Method.CANCEL)


def reminder(appointment: Appointment, hours: int, *, not_after: datetime) -> bool:
    """Of the visit as it stands: after a move, its new `sequence` has reminders of its own.

    False if it was written before.
    """
    key = f"reminder-{hours}h:{appointment.pk}:{appointment.sequence}"
    return _write("appointment_reminder", appointment, key, not_after=not_after)


def no_show(appointment: Appointment) -> None:
    _write(
        "appointment_missed",
        appointment,
        f"appointment-missed:{appointment.pk}",
        overtakes=True,
        not_after=appointment.ends_at + MISSED_IS_NEWS_FOR,
    )


def drop_waiting(appointment: Appointment) -> None:
    """The patient is here: what has not gone out about this visit is of no use any more."""
    outbox.drop(about=about(appointment))


def must_confirm(
    appointment: Appointment, *, has_many: bool = False, at_once: bool = False
) -> None:
    """The time is kept for a while: one mail with a link to confirm it.

    `has_many`: the address has other visits. Moved before it was confirmed, the visit has a mail
    anew, in place of the one that waits. `at_once`: it has had none at this address.
    """
    wait = timedelta(0)
    if not at_once:
        wait = outbox.delay(about=about(appointment), longest=LONGEST_PAUSE_TO_CONFIRM)
    _write(
        "appointment_confirm",
        appointment,
        f"appointment-confirm:{appointment.pk}:{appointment.sequence}",
        overtakes=True,
        wait=wait,
        not_after=appointment.starts_at,
        link=links.absolute(appointment, "confirm"),
        until=appointment.local_held_until if appointment.waits_for_the_patient else None,
        has_many=has_many,
    )


def my_visits(email: str) -> None:
    """Who lost their link gets it again. Every address gets a mail, so that nothing tells which."""
    next_visit = (
        Appointment.objects.upcoming(timezone.now())
        .of_address(email)
        .select_related("patient")
        .order_by("starts_at")
        .first()
    )
    thing = f"appointment-links:{email_addresses.keyed_hash(email)}"
    found = "lost_link", _links_to(next_visit or _nobodys_visit())
    none: tuple[str, dict[str, Any]] = "lost_link_no_visits", {}
    (template, said), other = (found, none) if next_visit else (none, found)
    outbox.enqueue(
        template,
        key=f"appointment-links:{uuid.uuid4()}",
        to=email,
        about=thing,
        overtakes=True,
        wait=outbox.delay(about=thing, longest=LONGEST_PAUSE_OF_LINKS),
        or_else=[other],
        **said,
    )


def _links_to(visit: Appointment) -> dict[str, Any]:
    return {
        "starts": visit.local_start,
        "zone": time_zones.words(visit.zone),
        "link": links.absolute(visit),
    }


def _nobodys_visit() -> Appointment:
    """Return a visit that is nowhere, to do the same work for an address that has none."""
    return Appointment(starts_at=timezone.now(), zone="America/New_York")


def proof(email: str, state: State, service: Service) -> None:
    """The link by which a patient goes on booking, as somebody who reads that address's mail.

    Where the service is for those who were here before, only they get it; others are told.
    """
    is_known = returning_patient.is_known(email)
    token = returning_patient.make(email, returning=service.proof_required and is_known)
    path = reverse("appointments:email_proof_accept", args=[state, service.slug, token])
    kind = "returning" if service.proof_required else "any"  # neither overtakes the other
    thing = f"appointment-proof:{kind}:{email_addresses.keyed_hash(email)}"
    known = "email_proof", {"link": absolute_url(path)}
    unknown: tuple[str, dict[str, Any]] = "email_proof_unknown_address", {}
    gets_it = is_known or not service.proof_required
    (template, said), other = (known, unknown) if gets_it else (unknown, known)
    outbox.enqueue(
        template,
        key=f"appointment-proof:{uuid.uuid4()}",
        to=email,
        about=thing,
        overtakes=True,
        wait=outbox.delay(about=thing, longest=LONGEST_PAUSE_OF_PROOFS),
        or_else=[other],
        **said,
    )


def _tell(
    template: str,
    appointment: Appointment,
    key: str,
    *,
    method: Method = Method.REQUEST,
    overtakes: bool = True,
    at_once: bool = False,
    also: Sequence[Appointment] = (),
    **said: Any,
) -> None:
    """With the visit for the calendar. Unless `at_once`, what overtakes others may wait a little
    to be overtaken itself."""
    wait = timedelta(0)
    if overtakes and not at_once:
        wait = delay_of_change(about(appointment), appointment)
    practice = Practice.current()
    _write(
        template,
        appointment,
        key,
        overtakes=overtakes,
        wait=wait,
        attachments=[_file(appointment, method, practice, also)],
        practice=practice,
        **said,
    )


def _file(
    appointment: Appointment,
    method: Method,
    practice: Practice,
    also: Sequence[Appointment] = (),
) -> outbox.Attachment:
    return outbox.Attachment(
        filename="visit.ics",
        content=calendar_file(appointment, method, practice, also=also).decode(),
        mimetype=f"text/calendar; method={method}; charset=utf-8",
    )


def _write(template: str, appointment: Appointment, key: str, **options: Any) -> bool:
    """What every mail about a visit says. `options` go to the outbox, and before these."""
    said: dict[str, Any] = {
        "name": appointment.greeting_name,
        "starts": appointment.local_start,
        "zone": time_zones.words(appointment.zone),
        "link": links.absolute(appointment),
    }
    written = outbox.enqueue(
        template, key=key, to=appointment.email, about=about(appointment), **said | options
    )
    return written is not None

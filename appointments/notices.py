"""The mails that a change of a visit owes: name, time, practice, phone, one link, no more.

Every mail is written to the outbox in the transaction of the change that causes it, under a key
that exists once, and overtakes what still waits about the same visit.
"""

from appointments import links, zones
from appointments.calendar_file import Method, calendar_file
from appointments.models import Appointment
from curednation.mail import outbox
from curednation.practice.models import Practice

ABOUT = "appointment:"


def about(appointment: Appointment) -> str:
    """What groups the mails of one visit in the outbox."""
    return f"{ABOUT}{appointment.pk}"


def booked(appointment: Appointment) -> None:
    key = f"appointment-booked:{appointment.pk}"
    _tell("appointment_booked", appointment, key, overtakes=False)  # it is the first


def moved(appointment: Appointment) -> None:
    key = f"appointment-moved:{appointment.pk}:{appointment.sequence}"
    _tell("appointment_moved", appointment, key)


def cancelled(appointment: Appointment) -> None:
    key = f"appointment-cancelled:{appointment.pk}"
    _tell("appointment_cancelled", appointment, key, method=Method.CANCEL)


def _tell(
    template: str,
    appointment: Appointment,
    key: str,
    *,
    method: Method = Method.REQUEST,
    overtakes: bool = True,
) -> None:
    practice = Practice.current()
    invitation = outbox.Attachment(
        filename="visit.ics",
        content=calendar_file(appointment, method, practice).decode(),
        mimetype=f"text/calendar; method={method}; charset=utf-8",
    )
    outbox.enqueue(
        template,
        key=key,
        to=appointment.email,
        about=about(appointment),
        overtakes=overtakes,
        attachments=[invitation],
        practice=practice,
        name=appointment.greeting_name,
        starts=appointment.local_start,
        zone=zones.words(appointment.zone),
        link=links.absolute(appointment),
    )

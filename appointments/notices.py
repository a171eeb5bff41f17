"""The mails that a change of a visit owes: name, time, practice, phone, one link, no more.

Every mail is written to the outbox in the transaction of the change that causes it, under a key
that exists once, and overtakes what still waits about the same visit.
"""

from appointments import links, zones
from appointments.calendar_file import Method, calendar_file
from appointments.models import Appointment
from curednation.mail import outbox


def about(appointment: Appointment) -> str:
    """What groups the mails of one visit in the outbox."""
    return f"appointment:{appointment.pk}"


def booked(appointment: Appointment) -> None:
    _tell("appointment_booked", appointment, f"appointment-booked:{appointment.pk}")


def moved(appointment: Appointment) -> None:
    key = f"appointment-moved:{appointment.pk}:{appointment.sequence}"
    _tell("appointment_moved", appointment, key)


def cancelled(appointment: Appointment) -> None:
    key = f"appointment-cancelled:{appointment.pk}"
    _tell("appointment_cancelled", appointment, key, method=Method.CANCEL)


def _tell(
    template: str, appointment: Appointment, key: str, *, method: Method = Method.REQUEST
) -> None:
    invitation = outbox.Attachment(
        filename="visit.ics",
        content=calendar_file(appointment, method).decode(),
        mimetype=f"text/calendar; method={method}; charset=utf-8",
    )
    outbox.enqueue(
        template,
        key=key,
        to=appointment.email,
        about=about(appointment),
        overtakes=True,
        attachments=[invitation],
        name=appointment.greeting_name,
        starts=appointment.local_start,
        zone=zones.words(appointment.zone),
        link=links.absolute(appointment),
    )

"""One mail about a visit, on its way into the outbox: in its language, with its link.

Who has no address, or wants no mail, is called by the desk instead: `calls`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from appointments import contact_preferences, links
from appointments.calendars.ics import Method, calendar_file
from appointments.calls import call_list
from appointments.contact_preferences import Preferences
from appointments.emails import change_delay
from appointments.models import Appointment
from appointments.models.appointment_status import PATIENT
from appointments.scheduling import time_zones
from core.languages.speaking import speaking
from core.mail import outbox
from core.practice.models import Practice
from core.sms import outbox as texts

ABOUT = "appointment:"
# What a patient who did it has read on the page: nobody is called about that instead of a mail.
OWN_DOING = ("appointment_booked", "appointment_moved", "appointment_cancelled")
# A page says that it comes, so it does.
ANSWERS = ("appointment_confirm",)


def about(appointment: Appointment) -> str:
    """Return what groups the mails of one visit in the outbox."""
    return f"{ABOUT}{appointment.pk}"


def about_former_address(visit: int) -> str:
    return f"former-address:{visit}"


def drop_waiting(appointment: Appointment) -> None:
    """Send nothing that has not gone out about this visit: its patient is here."""
    outbox.drop(about=about(appointment))
    texts.drop(about=about(appointment))
    call_list.drop(about=about(appointment))


def restore_waiting(appointment: Appointment, *, since: datetime) -> None:
    """Send what was dropped `since` then: its patient was not here after all."""
    outbox.restore(about=about(appointment), since=since)
    texts.restore(about=about(appointment), since=since)
    call_list.restore(about=about(appointment), since=since)


def tell(
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
    """Write one with the visit for the calendar.

    Unless `at_once`, what overtakes others may wait a little to be overtaken itself.
    """
    chosen = contact_preferences.of(appointment.patient_id)
    if not _is_mailed(template, appointment, chosen):
        _call(template, appointment, key, overtakes=overtakes)
        return
    wait = timedelta(0)
    if overtakes and not at_once:
        wait = outbox.delay(about=about(appointment), **change_delay.bounds(appointment))
    practice = Practice.current()
    with speaking(chosen.language or appointment.language):
        file = calendar_attachment(appointment, method, practice, also)
    write(
        template,
        appointment,
        key,
        overtakes=overtakes,
        wait=wait,
        attachments=[file],
        practice=practice,
        chosen=chosen,
        **said,
    )


def calendar_attachment(
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


def write(
    template: str,
    appointment: Appointment,
    key: str,
    *,
    link_name: str = "visit",
    chosen: Preferences | None = None,
    **options: Any,
) -> bool:
    """Write what every mail about a visit says, in its language. `options` go to the outbox.

    `chosen` is what the patient chose, where it was read already. False if it was written before.
    """
    chosen = chosen or contact_preferences.of(appointment.patient_id)
    if not _is_mailed(template, appointment, chosen):
        for_call = ("overtakes", "wait", "not_after")
        known = {name: options[name] for name in for_call if name in options}
        return _call(template, appointment, key, **known)
    language = chosen.language or appointment.language
    with speaking(language):
        said: dict[str, Any] = {
            "name": appointment.greeting_name,
            "starts": appointment.local_start,
            "zone": time_zones.words(appointment.zone),
            "link": links.absolute(appointment, link_name),
            "by_call": appointment.by_call,
            "here": appointment.takes_place_here,
        }
    written = outbox.enqueue(
        template,
        key=key,
        to=appointment.email,
        about=about(appointment),
        unsent=is_restricted(appointment),
        language=language,
        **said,
        **options,
    )
    return written is not None


def is_restricted(appointment: Appointment) -> bool:
    """Return whether nobody is mailed about it: the patient's record is restricted."""
    return appointment.patient is not None and appointment.patient.is_restricted


def _is_mailed(template: str, appointment: Appointment, chosen: Preferences) -> bool:
    return bool(appointment.email) and (chosen.by_mail or template in ANSWERS)


def _call(template: str, appointment: Appointment, key: str, **options: Any) -> bool:
    """Let the desk call a patient who is not mailed. What waits to be mailed before it ends.

    Who has an address, and did by themselves what there is to tell, knows it.
    """
    group = about(appointment)
    if options.get("overtakes"):
        outbox.drop(about=group)
    knows = appointment.email and appointment.changed_by == PATIENT and template in OWN_DOING
    if knows or is_restricted(appointment):
        return False
    return call_list.add(template, key=key, about=group, appointment=appointment, **options)

"""The mails that a change of a visit owes, to its patient and to its provider.

Every mail is written to the outbox in the transaction of the change that causes it, under a key
that exists once. To patients: name, time, practice, phone, one link, no more. To providers: a time
on their own clock and a link to the admin, and no name. Each overtakes what still waits about the
same visit, where its news replaces the older. Who has no address, or wants no mail, is called:
`calls`. Who agreed to texts gets those beside: `visit_texts`.
"""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from appointments import contact_preferences, links
from appointments.booking import first_visits
from appointments.calendars import feeds
from appointments.calendars.ics import Method, calendar_file
from appointments.calls import call_list
from appointments.contact_preferences import Preferences
from appointments.emails import provider_emails, visit_texts
from appointments.emails.provider_emails import delay_of_change
from appointments.models import Appointment, Status, WaitlistEntry
from appointments.models.appointment_status import PATIENT
from appointments.scheduling import time_zones
from core.database import database_time
from core.languages.speaking import speaking
from core.mail import outbox
from core.practice.models import Practice
from core.sms import outbox as texts

ABOUT = "appointment:"
LONGEST_PAUSE_TO_CONFIRM = timedelta(minutes=10)
# Staff who tidy up an old list send nobody a mail about last month.
MISSED_IS_NEWS_FOR = timedelta(days=7)
# So long staff can take back that somebody did not come, and nobody is told of it.
SLIP_OF_THE_HAND = timedelta(minutes=3)
# What a patient who did it has read on the page: nobody is called about that instead of a mail.
OWN_DOING = ("appointment_booked", "appointment_moved", "appointment_cancelled")
# A page says that it comes, so it does.
ANSWERS = ("appointment_confirm",)
_ask_before: list[Callable[[Appointment], bool]] = []


def about(appointment: Appointment) -> str:
    """What groups the mails of one visit in the outbox."""
    return f"{ABOUT}{appointment.pk}"


def all_about(visit: int) -> list[str]:
    """What groups all mails and texts of the visit with this key that go to whoever it is for."""
    return [f"{ABOUT}{visit}", _about_former_address(visit), visit_texts.about_ready(visit)]


def _about_former_address(visit: int) -> str:
    return f"former-address:{visit}"


def booked(appointment: Appointment, *, has_another: bool | None = None) -> None:
    confirmation(appointment, has_another=has_another)
    visit_texts.booked(appointment, about=about(appointment))
    provider_emails.tell("provider_new", appointment, appointment.sequence, first=True)


def confirmation(appointment: Appointment, *, has_another: bool | None = None) -> None:
    """The patient's part of it. `has_another`: see `first_visits`; it is asked where left out."""
    if has_another is None:
        has_another = first_visits.has_another(appointment)
    key = f"appointment-booked:{appointment.pk}"
    _tell(  # the first mail about it: there is none to overtake
        "appointment_booked",
        appointment,
        key,
        overtakes=False,
        on_waitlist=_is_on_waitlist(appointment),
        has_another=has_another,
    )


def _is_on_waitlist(appointment: Appointment) -> bool:
    """Whether the patient waits for the same kind of visit: its page asks whether they still do."""
    if appointment.patient is None:
        return False
    waiting = WaitlistEntry.objects.waiting(database_time.now())
    return waiting.of_visit(appointment).exists()


def series_booked(appointments: Sequence[Appointment]) -> None:
    """One mail for all to the patient, whose link shows the first, and its page lists the others;
    the provider of each gets the usual one."""
    first, *later = sorted(appointments, key=lambda visit: visit.starts_at)
    key = f"appointment-series:{first.pk}"
    _tell("appointment_series", first, key, method=Method.PUBLISH, overtakes=False, also=later)
    visit_texts.booked(first, about=about(first))
    for visit in appointments:
        provider_emails.tell("provider_new", visit, visit.sequence, first=True)


def moved(appointment: Appointment, *, was: Appointment, tell: bool = True) -> None:
    """`was` is the visit as it stood before, with its former time and provider.

    One provider learns the new time; of two, one loses the visit and the other gets it. Without
    `tell` the patient heard it from staff: what waits with the former time goes out no more.
    """
    if tell:
        key = f"appointment-moved:{appointment.pk}:{appointment.sequence}"
        _tell("appointment_moved", appointment, key)
        visit_texts.moved(appointment, about=about(appointment))
    else:
        drop_waiting(appointment)
    if was.provider_id == appointment.provider_id:
        before = was.starts_at.astimezone(appointment.provider.zone)
        provider_emails.tell("provider_moved", appointment, appointment.sequence, before=before)
        return
    feeds.visit_left(was.provider)
    provider_emails.tell("provider_cancelled", was, appointment.sequence)
    provider_emails.tell("provider_new", appointment, appointment.sequence)


def readdressed(appointment: Appointment, *, was: str) -> None:
    """The confirmation once more, to the address that is right now: a mail of its own for each
    correction. The calendar of the former address, `was`, gives the visit up."""
    key = f"appointment-booked:{appointment.pk}:{appointment.sequence}"
    call_list.drop(about=about(appointment))
    texts.drop(about=about(appointment))  # their links open nothing any more
    _tell("appointment_booked", appointment, key, at_once=True)
    if was:
        _tell_former_address(appointment, was)


def _tell_former_address(appointment: Appointment, was: str) -> None:
    """To the address that the visit had before, whose reader may be anybody: a file that takes the
    entry out of a calendar, and not a word about whose visit it is, or when.

    Its change is the one before the visit's own. Nothing about the visit overtakes it.
    """
    gone = copy(appointment)
    gone.email, gone.status, gone.sequence = was, Status.CANCELLED, appointment.sequence - 1
    with speaking(appointment.language):
        file = _file(gone, Method.CANCEL, Practice.current())
    outbox.enqueue(
        "appointment_address_corrected",
        key=f"appointment-readdressed:{appointment.pk}:{appointment.sequence}",
        to=was,
        about=_about_former_address(appointment.pk),
        unsent=_is_restricted(appointment),
        language=appointment.language,
        attachments=[file],
    )


def cancelled(appointment: Appointment, *, by_patient: bool) -> None:
    """By the patient, or by us: then it apologizes."""
    template = "appointment_cancelled" if by_patient else "appointment_cancelled_by_us"
    key = f"appointment-cancelled:{appointment.pk}"
    texts.drop(about=about(appointment))
    _tell(template, appointment, key, method=Method.CANCEL)
    if not by_patient:
        visit_texts.cancelled_by_us(appointment, about=about(appointment))
    provider_emails.tell("provider_cancelled", appointment, appointment.sequence)


def register_questions(asks: Callable[[Appointment], bool]) -> None:
    """Have reminders say that something is to be filled in before, where `asks(visit)` is true."""
    _ask_before.append(asks)


def reminder(appointment: Appointment, hours: int, *, not_after: datetime) -> bool:
    """Of the visit as it stands: after a move, its new `sequence` has reminders of its own.

    False if it was written before.
    """
    key = f"reminder-{hours}h:{appointment.pk}:{appointment.sequence}"
    has_questions = any(asks(appointment) for asks in _ask_before)
    visit_texts.reminder(appointment, hours, about=about(appointment), not_after=not_after)
    return _write(
        "appointment_reminder", appointment, key, not_after=not_after, has_questions=has_questions
    )


def no_show(appointment: Appointment) -> None:
    """It waits until it is too late for a slip of the hand, and is sent once for each visit."""
    group = about(appointment)
    taken_back = outbox.count_dropped("appointment_missed", about=group)
    taken_back += call_list.count_dropped("appointment_missed", about=group)
    _write(
        "appointment_missed",
        appointment,
        f"appointment-missed:{appointment.pk}:{taken_back}",
        overtakes=True,
        wait=SLIP_OF_THE_HAND,
        not_after=appointment.ends_at + MISSED_IS_NEWS_FOR,
    )


def drop_waiting(appointment: Appointment) -> None:
    """The patient is here: what has not gone out about this visit is of no use any more."""
    outbox.drop(about=about(appointment))
    texts.drop(about=about(appointment))
    call_list.drop(about=about(appointment))


def restore_waiting(appointment: Appointment, *, since: datetime) -> None:
    """The patient was not here after all: what was dropped for it `since` then goes out."""
    outbox.restore(about=about(appointment), since=since)
    texts.restore(about=about(appointment), since=since)
    call_list.restore(about=about(appointment), since=since)


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
        link_name="confirm",
        until=appointment.local_held_until if appointment.waits_for_the_patient else None,
        has_many=has_many,
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
    chosen = contact_preferences.of(appointment.patient_id)
    if not _is_mailed(template, appointment, chosen):
        _call(template, appointment, key, overtakes=overtakes)
        return
    wait = timedelta(0)
    if overtakes and not at_once:
        wait = delay_of_change(about(appointment), appointment)
    practice = Practice.current()
    with speaking(chosen.language or appointment.language):
        file = _file(appointment, method, practice, also)
    _write(
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


def _write(
    template: str,
    appointment: Appointment,
    key: str,
    *,
    link_name: str = "visit",
    chosen: Preferences | None = None,
    **options: Any,
) -> bool:
    """What every mail about a visit says, in its language. `options` go to the outbox.

    `chosen` is what the patient chose, where it was read already.
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
        unsent=_is_restricted(appointment),
        language=language,
        **said,
        **options,
    )
    return written is not None


def _is_restricted(appointment: Appointment) -> bool:
    """Whether nobody is mailed about it: the patient's record is restricted."""
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
    if knows or _is_restricted(appointment):
        return False
    return call_list.add(template, key=key, about=group, appointment=appointment, **options)

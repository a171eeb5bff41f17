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

from appointments.booking import first_visits
from appointments.calendars import feeds
from appointments.calendars.ics import Method
from appointments.calls import call_list
from appointments.emails import provider_emails, visit_outbox, visit_texts
from appointments.models import Appointment, Status, WaitlistEntry
from core.database import database_time
from core.languages.speaking import speaking
from core.mail import outbox
from core.practice.models import Practice
from core.sms import outbox as texts

LONGEST_PAUSE_TO_CONFIRM = timedelta(minutes=10)
# Staff who tidy up an old list send nobody a mail about last month.
MISSED_IS_NEWS_FOR = timedelta(days=7)
# So long staff can take back that somebody did not come, and nobody is told of it.
SLIP_OF_THE_HAND = timedelta(minutes=3)
_ask_before: list[Callable[[Appointment], bool]] = []


def all_about(visit: int) -> list[str]:
    """Return what groups all that is sent to whoever the visit with this key is for."""
    own = f"{visit_outbox.ABOUT}{visit}"
    return [own, visit_outbox.about_former_address(visit), visit_texts.about_ready(visit)]


def booked(appointment: Appointment, *, has_another: bool | None = None) -> None:
    confirmation(appointment, has_another=has_another)
    visit_texts.booked(appointment, about=visit_outbox.about(appointment))
    provider_emails.tell("provider_new", appointment, appointment.sequence, first=True)


def confirmation(appointment: Appointment, *, has_another: bool | None = None) -> None:
    """Write the patient's part of it.

    `has_another`: see `first_visits`; it is asked where left out.
    """
    if has_another is None:
        has_another = first_visits.has_another(appointment)
    key = f"appointment-booked:{appointment.pk}"
    visit_outbox.tell(  # the first mail about it: there is none to overtake
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
    """Write one for all to the patient, whose link shows the first, and its page lists the others.

    The provider of each gets the usual one.
    """
    first, *later = sorted(appointments, key=lambda visit: visit.starts_at)
    key = f"appointment-series:{first.pk}"
    visit_outbox.tell(
        "appointment_series", first, key, method=Method.PUBLISH, overtakes=False, also=later
    )
    visit_texts.booked(first, about=visit_outbox.about(first))
    for visit in appointments:
        provider_emails.tell("provider_new", visit, visit.sequence, first=True)


def moved(appointment: Appointment, *, was: Appointment, tell: bool = True) -> None:
    """Tell the new time. `was` is the visit as it stood before.

    One provider learns the new time; of two, one loses the visit and the other gets it. Without
    `tell` the patient heard it from staff: what waits with the former time goes out no more.
    """
    if tell:
        key = f"appointment-moved:{appointment.pk}:{appointment.sequence}"
        visit_outbox.tell("appointment_moved", appointment, key)
        visit_texts.moved(appointment, about=visit_outbox.about(appointment))
    else:
        visit_outbox.drop_waiting(appointment)
    if was.provider_id == appointment.provider_id:
        before = was.starts_at.astimezone(appointment.provider.zone)
        provider_emails.tell("provider_moved", appointment, appointment.sequence, before=before)
        return
    feeds.visit_left(was.provider)
    provider_emails.tell("provider_cancelled", was, appointment.sequence)
    provider_emails.tell("provider_new", appointment, appointment.sequence)


def readdressed(appointment: Appointment, *, was: str) -> None:
    """Confirm once more, to the address that is right now: a mail of its own for each correction.

    The calendar of the former address, `was`, gives the visit up.
    """
    key = f"appointment-booked:{appointment.pk}:{appointment.sequence}"
    call_list.drop(about=visit_outbox.about(appointment))
    texts.drop(about=visit_outbox.about(appointment))  # their links open nothing any more
    visit_outbox.tell("appointment_booked", appointment, key, at_once=True)
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
        file = visit_outbox.calendar_attachment(gone, Method.CANCEL, Practice.current())
    outbox.enqueue(
        "appointment_address_corrected",
        key=f"appointment-readdressed:{appointment.pk}:{appointment.sequence}",
        to=was,
        about=visit_outbox.about_former_address(appointment.pk),
        unsent=visit_outbox.is_restricted(appointment),
        language=appointment.language,
        attachments=[file],
    )


def cancelled(appointment: Appointment, *, by_patient: bool) -> None:
    """Tell it. Where not the patient did it but we, it apologizes."""
    template = "appointment_cancelled" if by_patient else "appointment_cancelled_by_us"
    key = f"appointment-cancelled:{appointment.pk}"
    texts.drop(about=visit_outbox.about(appointment))
    visit_outbox.tell(template, appointment, key, method=Method.CANCEL)
    if not by_patient:
        visit_texts.cancelled_by_us(appointment, about=visit_outbox.about(appointment))
    provider_emails.tell("provider_cancelled", appointment, appointment.sequence)


def register_questions(asks: Callable[[Appointment], bool]) -> None:
    """Have reminders say that something is to be filled in before, where `asks(visit)` is true."""
    _ask_before.append(asks)


def reminder(appointment: Appointment, hours: int, *, not_after: datetime) -> bool:
    """Remind of the visit as it stands: after a move, its new `sequence` has reminders of its own.

    False if it was written before.
    """
    key = f"reminder-{hours}h:{appointment.pk}:{appointment.sequence}"
    has_questions = any(asks(appointment) for asks in _ask_before)
    visit_texts.reminder(
        appointment, hours, about=visit_outbox.about(appointment), not_after=not_after
    )
    return visit_outbox.write(
        "appointment_reminder", appointment, key, not_after=not_after, has_questions=has_questions
    )


def no_show(appointment: Appointment) -> None:
    """Write once for each visit, to be sent when it is too late for a slip of the hand."""
    group = visit_outbox.about(appointment)
    taken_back = outbox.count_dropped("appointment_missed", about=group)
    taken_back += call_list.count_dropped("appointment_missed", about=group)
    visit_outbox.write(
        "appointment_missed",
        appointment,
        f"appointment-missed:{appointment.pk}:{taken_back}",
        overtakes=True,
        wait=SLIP_OF_THE_HAND,
        not_after=appointment.ends_at + MISSED_IS_NEWS_FOR,
    )


def must_confirm(
    appointment: Appointment, *, has_many: bool = False, at_once: bool = False
) -> None:
    """Write one with a link to confirm the time, which is kept for a while.

    `has_many`: the address has other visits. Moved before it was confirmed, the visit has a mail
    anew, in place of the one that waits. `at_once`: it has had none at this address.
    """
    wait = timedelta(0)
    if not at_once:
        wait = outbox.delay(about=visit_outbox.about(appointment), longest=LONGEST_PAUSE_TO_CONFIRM)
    visit_outbox.write(
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

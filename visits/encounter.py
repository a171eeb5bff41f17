"""The workflow of a visit: who may enter, who is let in, and how it ends.

It alone changes a row of `Visit` and writes `VisitEvent`. A status of an appointment changes by
`booking` only. Each change counts `Visit.changes` up, and the room is told of it on commit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appointments.booking import attendance
from appointments.booking.rules import NotChangeable, in_one_transaction, is_licensed, lock
from appointments.emails import visit_texts
from appointments.models import Appointment, Status
from core.database import database_time
from core.staff.models import User
from visits import phase_words, visit_changes
from visits.models import Guest, Visit, VisitEvent
from visits.models.visits import GUESTS, Seat
from visits.phases import OPENS_BEFORE, Phase, phase_of
from visits.signalling import tickets
from visits.visit_changes import Closing, note_event, open_room, state

__all__ = ["note_event", "open_room", "state"]

Kind, Outcome = VisitEvent.Kind, Visit.Outcome
TRIED = (Kind.KNOCKED, Kind.CHECK_FAILED, Kind.CONNECTED, Kind.BY_PHONE)
LOOK_AGAIN, LOOK_AGAIN_LATER = timedelta(seconds=5), timedelta(minutes=1)
# Who was let in and sits in front of the page is connected by then, and needs no text.
LOOKS_AWAY_FOR = timedelta(minutes=1)
REPORTED = (Kind.CONNECTED, Kind.LOST, Kind.PATH, Kind.MEDIUM)
MOST_REPORTS = 500  # of one visit: more tell nothing, and a table has an end


class NotLicensed(NotChangeable):
    """The provider has no license where the patient will be: the visit may not begin."""


@dataclass(frozen=True)
class Entry:
    """What somebody at the door is told, and whether they get a ticket."""

    phase: Phase
    words: str
    gives_ticket: bool
    look_again_after: int  # seconds


def enter(appointment: Appointment, seat: str, *, now: datetime) -> Entry:
    """Return what holds for that seat now. Changes nothing: to come in is `knock`."""
    visit = find(appointment)
    phase = phase_of(appointment, visit, now)
    if seat in GUESTS and phase in (Phase.ADMITTED, Phase.LIVE):
        let_in = state(visit).guests if visit else ()
        phase = phase if seat in let_in else Phase.WAITING
    soon = appointment.starts_at - OPENS_BEFORE - now < LOOK_AGAIN_LATER
    again = LOOK_AGAIN if phase.is_open or (phase is Phase.EARLY and soon) else LOOK_AGAIN_LATER
    words = phase_words.said(phase, appointment, seat)
    return Entry(phase, words, phase.is_open, int(again.total_seconds()))


def call_in(appointment: Appointment) -> None:
    """Text a patient who is not there: the clinician is in the room."""
    now, visit = database_time.now(), find(appointment)
    if visit and visit.knocked_at:
        return
    if now >= appointment.starts_at and phase_of(appointment, visit, now).is_open:
        visit_texts.ready(appointment)


def ticket(visit: Visit, seat: str) -> str:
    """Return a ticket to that seat. Ask `enter` first."""
    return tickets.make(visit.room, seat, state(visit))


def find(appointment: Appointment) -> Visit | None:
    """Return what is written down of the appointment as it took place; None before anybody came."""
    return Visit.objects.filter(appointment=appointment).first()


def knock(appointment: Appointment) -> Visit:
    """Note that the patient is at the door. Safe to run again: who reloads keeps their place.

    Raises NotChangeable where the room is not open.
    """

    def come(visit: Visit) -> None:
        if visit.knocked_at is None:
            visit.knocked_at, visit.moved_at = database_time.now(), None
            visit_texts.came(appointment)
            note_event(visit, Seat.PATIENT, Kind.KNOCKED)

    return visit_changes.change(appointment, come, needs_open=True)


@in_one_transaction
def admit(appointment: Appointment, *, by: User) -> Visit:
    """Let the patient in, also again after a phone call. The first time checks them in.

    Raises NotLicensed, and NotChangeable where the room is not open or nobody has knocked.
    """

    def let_in(visit: Visit) -> None:
        if visit.knocked_at is None:
            raise NotChangeable
        if visit.admitted_at is None or visit.by_phone_at:
            visit.admitted_at, visit.admitted_by = database_time.now(), by
            visit.by_phone_at = None
            note_event(visit, Seat.PATIENT, Kind.ADMITTED, by=by)

    lock([appointment.provider_id])
    if not is_licensed(appointment.provider_id, appointment.state, database_time.now()):
        raise NotLicensed
    visit = visit_changes.change(appointment, let_in, needs_open=True)
    if visit.appointment.status == Status.BOOKED:
        attendance.check_in(visit.appointment, by=str(by)[:80])
    if visit.connected_at is None:
        visit_texts.ready(visit.appointment, wait=LOOKS_AWAY_FOR)
    return visit


def send_back(appointment: Appointment, *, by: User) -> Visit:
    """Have the patient wait again; they stay checked in. Raises NotChangeable once it is over."""

    def send(visit: Visit) -> None:
        if visit.admitted_at:
            visit.admitted_at = visit.admitted_by = visit.by_phone_at = visit.connected_at = None
            note_event(visit, Seat.PATIENT, Kind.SENT_BACK, by=by)

    return visit_changes.change(appointment, send, needs_open=True)


def by_phone(appointment: Appointment, *, by: User | None) -> Visit:
    """Go on by phone: the clinic calls. `by` is None where the patient asks for it.

    Raises NotChangeable where the room is not open.
    """

    def call(visit: Visit) -> None:
        if visit.by_phone_at is None:
            visit.by_phone_at = database_time.now()
            note_event(visit, Seat.CLINICIAN if by else Seat.PATIENT, Kind.BY_PHONE, by=by)

    return visit_changes.change(appointment, call, needs_open=True)


def leave(appointment: Appointment) -> None:
    """Note "Leave" of the patient. Their seat is kept: they can return while it is open."""
    visit = find(appointment)
    if visit and visit.knocked_at:
        _note_report(visit, Seat.PATIENT, Kind.LEFT)


@in_one_transaction
def finish(appointment: Appointment, *, by: User, outcome: str) -> Visit:
    """End the visit, which closes the room. What becomes of the appointment follows from `outcome`.

    One that failed stays as it is, for the desk to move. Raises NotChangeable where it has ended or
    is not one that takes place, and PatientCame for a no-show of somebody who came.
    """

    def end(visit: Visit) -> None:
        if visit.ended_at or visit.appointment.status not in (Status.BOOKED, Status.CHECKED_IN):
            raise NotChangeable
        visit.ended_at, visit.ended_by, visit.outcome = database_time.now(), by, Outcome(outcome)
        visit.seconds_connected += _still_connected(visit)
        note_event(visit, Seat.CLINICIAN, Kind.FINISHED, by=by)

    lock([appointment.provider_id])
    visit = visit_changes.change(appointment, end)
    who = str(by)[:80]
    if outcome in (Outcome.COMPLETED, Outcome.BY_PHONE):
        attendance.complete(visit.appointment, by=who)
    elif outcome == Outcome.NO_SHOW:
        attendance.no_show(visit.appointment, by=who)
    return visit


def _still_connected(visit: Visit) -> int:
    """Return the seconds of a line that stands while the visit ends: no browser tells its end."""
    told = visit.events.filter(seat=Seat.CLINICIAN, kind__in=(Kind.PATH, Kind.LOST))
    last = told.order_by("at", "pk").last()
    if last is None or last.kind == Kind.LOST:
        return 0
    return int((database_time.now() - last.at).total_seconds())


def reopen(appointment: Appointment, *, by: User) -> Visit:
    """Take back that it could not take place. What booking has closed is undone by the desk."""

    def open_again(visit: Visit) -> None:
        if visit.outcome != Outcome.FAILED:
            raise NotChangeable
        visit.ended_at, visit.ended_by, visit.outcome = None, None, ""
        note_event(visit, Seat.CLINICIAN, Kind.REOPENED, by=by)

    return visit_changes.change(appointment, open_again)


def admit_guest(guest: Guest, *, by: User) -> None:
    """Let a guest in, by themselves. Raises NotChangeable without the patient's yes."""

    def let_in(visit: Visit) -> None:
        now = database_time.now()
        agreed = Guest.objects.standing().filter(pk=guest.pk, agreed_at__isnull=False)
        if guest.ends_at <= now or not agreed.update(admitted_at=now):
            raise NotChangeable
        note_event(visit, guest.seat, Kind.ADMITTED, by=by)

    visit_changes.change(guest.visit.appointment, let_in, needs_open=True, always=True)


def send_guest_out(guest: Guest, *, by: User | None) -> None:
    """Have a guest wait, or stay outside where their link was taken back before."""

    def send(visit: Visit) -> None:
        Guest.objects.filter(pk=guest.pk).update(admitted_at=None)
        note_event(visit, guest.seat, Kind.SENT_BACK, by=by)

    visit_changes.change(guest.visit.appointment, send, closing=Closing.of_guest(guest.seat))


def report(appointment: Appointment, seat: str, kind: str, number: int | None = None) -> None:
    """Note what a browser tells of its connection.

    `connected` (milliseconds it took) makes the visit live; `lost` (seconds it had lasted) is added
    up for the clinician's; `path` is 0 for a direct one and 1 for a relay; `medium` is 0 for sound
    and 1 once a picture has come. Changes nothing where nobody has come. Raises ValueError for
    another kind.
    """
    if kind not in REPORTED:
        raise ValueError(f"No browser reports {kind}")
    number = None if number is None else max(0, min(number, 10**6))
    visit = find(appointment)
    if visit and visit.admitted_at and not visit.ended_at:
        visit_changes.change(appointment, lambda visit: _take_report(visit, seat, kind, number))


def _take_report(visit: Visit, seat: str, kind: str, number: int | None) -> None:
    if not _note_report(visit, seat, kind, number):
        return
    if kind == Kind.CONNECTED and visit.connected_at is None:
        visit.connected_at = database_time.now()
        visit_texts.came(visit.appointment)
    elif kind == Kind.LOST and seat == Seat.CLINICIAN:
        visit.seconds_connected += number or 0
    elif kind == Kind.PATH:
        visit.path = Visit.Path.RELAY if number else Visit.Path.DIRECT
    elif kind == Kind.MEDIUM and visit.medium != Visit.Medium.VIDEO:
        visit.medium = Visit.Medium.VIDEO if number else Visit.Medium.AUDIO


def _note_report(visit: Visit, seat: str, kind: str, number: int | None = None) -> bool:
    """Note it, unless this visit has enough of them; return whether it was."""
    enough = VisitEvent.objects.filter(visit=visit).count() >= MOST_REPORTS
    if not enough:
        note_event(visit, seat, kind, number)
    return not enough


def may_be_no_show(appointment: Appointment) -> bool:
    """Return whether nobody has come, or tried to: who tried and failed is no no-show."""
    visit = find(appointment)
    if visit is None:
        return True
    tried = visit.events.filter(at__gte=visit.opened_at, seat=Seat.PATIENT, kind__in=TRIED)
    return not tried.exists()

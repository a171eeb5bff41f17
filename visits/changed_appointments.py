"""What a moved, cancelled, handed-over or closed appointment means for its room."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from appointments.models import Appointment, Status
from core.database import database_time
from core.webhooks.models import EventType
from visits import encounter, visit_changes
from visits.models import Visit, VisitEvent
from visits.models.visits import new_room
from visits.phases import Phase, phase_of
from visits.signalling import publish
from visits.signalling.channel import News
from visits.signalling.protocol import Code
from visits.signalling.room import State
from visits.visit_changes import note_event

Kind, Outcome = VisitEvent.Kind, Visit.Outcome
_OUTCOMES = {Status.COMPLETED: Outcome.COMPLETED, Status.NO_SHOW: Outcome.NO_SHOW}


def tell(sender: object, *, appointment: Appointment, event: EventType, **_: Any) -> None:
    """Bring the room in line with its appointment, in the transaction that has changed it."""
    if event == EventType.CREATED and not appointment.sequence:
        return  # booked just now and never moved: no room is out of line with it
    if not Visit.objects.filter(appointment=appointment.pk).exists():
        return
    visit = visit_changes.locked(appointment)
    fresh = visit.appointment
    if visit.starts_at != fresh.starts_at:
        _moved(visit)
    elif visit.provider_id != fresh.provider_id:
        _handed_over(visit)
    elif fresh.status == Status.CANCELLED:
        note_event(visit, "", Kind.CANCELLED)
        visit_changes.save(visit)
    elif fresh.status in _OUTCOMES:
        _closed(visit, _OUTCOMES[Status(fresh.status)])
    elif visit.outcome in _OUTCOMES.values() or visit.outcome == Outcome.BY_PHONE:
        _reopened(visit)


def close_rooms_on_commit(appointments: Collection[int]) -> None:
    """Send out who is in a room of these, which this transaction erases. The sweep does it else."""
    transaction.on_commit(lambda: close_rooms(appointments), robust=True)


def close_rooms(only: Collection[int] | None = None) -> int:
    """Close the rooms in which somebody still is though they are open no more; how many those were.

    By the clock, by an erasure, or because the process was not reached when it was told. `only`
    names the appointments to look at.
    """
    visits = Visit.objects.filter(room__in=publish.rooms_in_use()).select_related("appointment")
    if only is not None:
        visits = visits.filter(appointment__in=only)
    now, closed = database_time.now(), 0
    for visit in visits:
        if not phase_of(visit.appointment, visit, now).is_open:
            visit_changes.change(visit.appointment, lambda _: None, always=True)
            closed += 1
    return closed


def had_come(appointment: Appointment) -> bool:
    """Return whether the patient came or tried to, for booking's rule of who did not."""
    return not encounter.may_be_no_show(appointment)


def _moved(visit: Visit) -> None:
    """Another time is another room: whoever waits is told, and comes again then."""
    _leave_room(visit, Phase.MOVED, Code.OVER)
    note_event(visit, "", Kind.MOVED)
    visit.moved_at = database_time.now() if visit.knocked_at else None
    visit.opened_at = database_time.now()
    visit.knocked_at = visit.ended_at = visit.ended_by = None
    visit.outcome = ""
    _begin_anew(visit)


def _handed_over(visit: Visit) -> None:
    """Another provider is another room, where the patient keeps their place in line."""
    _leave_room(visit, Phase.WAITING if visit.knocked_at else Phase.OPEN, Code.RESTART)
    note_event(visit, "", Kind.HANDED_OVER)
    _begin_anew(visit)


def _leave_room(visit: Visit, phase: Phase, code: Code) -> None:
    """Tell the old room, on commit, and close it."""
    news = News(visit.room, State(visit.changes + 1, phase), code)
    transaction.on_commit(lambda: publish.tell(news))


def _begin_anew(visit: Visit) -> None:
    visit.starts_at, visit.provider_id = visit.appointment.starts_at, visit.appointment.provider_id
    visit.room = new_room()
    visit.admitted_at = visit.admitted_by = visit.connected_at = visit.by_phone_at = None
    visit.guests.update(admitted_at=None)
    visit_changes.save(visit)


def _closed(visit: Visit, outcome: str) -> None:
    """The desk has closed it; what the clinician has written of it stands."""
    if visit.ended_at is None:
        visit.ended_at, visit.outcome = database_time.now(), outcome
        note_event(visit, "", Kind.FINISHED)
        visit_changes.save(visit)


def _reopened(visit: Visit) -> None:
    """The desk has taken back that it was over."""
    visit.ended_at, visit.ended_by, visit.outcome = None, None, ""
    note_event(visit, "", Kind.REOPENED)
    visit_changes.save(visit)

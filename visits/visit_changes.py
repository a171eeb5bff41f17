"""How a visit's row is changed: locked, counted, and its room told on commit.

Everybody locks in one order, which is that of booking: provider, appointment, visit.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction

from appointments.booking.rules import NotChangeable, in_one_transaction
from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from visits.models import Visit, VisitEvent
from visits.phases import FINAL, phase_of
from visits.signalling import publish
from visits.signalling.channel import News
from visits.signalling.protocol import SEATS, Code
from visits.signalling.room import State


class Closing(NamedTuple):
    """Which sockets of a room are closed by a change, and with which code."""

    code: Code
    seats: tuple[str, ...] = SEATS

    @classmethod
    def of_guest(cls, seat: str) -> "Closing":
        """Return that of one guest, who comes again for another ticket, or gets none."""
        return cls(Code.RESTART, (seat,))


@in_one_transaction
def change(
    appointment: Appointment,
    step: Callable[[Visit], None],
    *,
    needs_open: bool = False,
    always: bool = False,
    closing: Closing | None = None,
) -> Visit:
    """Run one step on the locked row; the room is told on commit what holds by then.

    With `always` also where the row is as it was. Raises NotChangeable where the room `needs_open`.
    """
    visit = locked(appointment)
    if needs_open and not phase_of(visit.appointment, visit, database_time.now()).is_open:
        raise NotChangeable
    before = _values(visit)
    step(visit)
    if always or closing or _values(visit) != before:
        save(visit, closing)
    return visit


def locked(appointment: Appointment) -> Visit:
    """Return the visit with its appointment as they are now, both locked."""
    rows = Appointment.objects.select_related("provider", "service", "patient")
    fresh = rows.select_for_update(of=("self",), no_key=True).get(pk=appointment.pk)
    open_room(fresh)
    visit = Visit.objects.select_for_update().get(appointment=fresh)
    visit.appointment = fresh
    return visit


def save(visit: Visit, closing: Closing | None = None) -> None:
    """Write the row, and tell its room on commit."""
    visit.changes += 1
    visit.save()
    transaction.on_commit(lambda: _tell(visit, closing))


def open_room(appointment: Appointment) -> Visit:
    """Return the visit, which is made where there is none yet. Nobody has knocked by that."""
    defaults = {
        "starts_at": appointment.starts_at,
        "provider_id": appointment.provider_id,
        "opened_at": database_time.now(),
    }
    return Visit.objects.get_or_create(appointment=appointment, defaults=defaults)[0]


def note_event(
    visit: Visit, seat: str, kind: str, number: int | None = None, *, by: User | None = None
) -> VisitEvent:
    """Write down that something happened. `number` is seconds, milliseconds, a count, by kind."""
    return VisitEvent.objects.create(
        visit=visit,
        at=database_time.now(),
        seat=seat,
        account=by.pk if by else None,
        kind=VisitEvent.Kind(kind),
        number=number,
    )


def state(visit: Visit) -> State:
    """Return what holds in a room, as tickets and news say it."""
    phase = phase_of(visit.appointment, visit, database_time.now())
    admitted = visit.guests.standing().filter(admitted_at__isnull=False)
    return State(visit.changes, phase, tuple(sorted(admitted.values_list("seat", flat=True))))


def _tell(visit: Visit, closing: Closing | None) -> None:
    holds = state(visit)
    closing = Closing(Code.OVER) if holds.phase in FINAL else closing
    publish.tell(News(visit.room, holds, *closing) if closing else News(visit.room, holds))


def _values(visit: Visit) -> dict[str, Any]:
    return {field.attname: getattr(visit, field.attname) for field in Visit._meta.concrete_fields}

"""What is told of a visit: that it changed, and how it stands. Nobody's name.

Other programs are owed it in the transaction of the change, like the mails. A visit that waits for
the link in its mail is told of once it is booked. Apps above this one listen to `changed`, which is
sent in the same transaction with the `appointment` as it is now and the `event`. A visit is told of
before its mails and texts are written: who listens may bring it in line with what was chosen.
"""

from datetime import UTC, datetime

from django.dispatch import Signal

from appointments.models import Appointment, Status
from core.webhooks import outbox
from core.webhooks.models import EventType

changed = Signal()
# What the steps of the day are called.
_STEPS = {
    Status.CHECKED_IN: EventType.CHECKED_IN,
    Status.COMPLETED: EventType.COMPLETED,
    Status.NO_SHOW: EventType.NO_SHOW,
}


def booked(visit: Appointment) -> None:
    _tell(EventType.CREATED, visit, Status.BOOKED)


def moved(visit: Appointment) -> None:
    _tell(EventType.MOVED, visit, visit.status)


def cancelled(visit: Appointment) -> None:
    """`visit` as it is now."""
    _tell(EventType.CANCELLED, visit, visit.status)


def step_taken(visit: Appointment, to: Status) -> None:
    """The patient is here, the visit took place, or nobody came."""
    _tell(_STEPS[to], visit, to)


def step_undone(visit: Appointment, to: Status) -> None:
    """What was told last was a slip of the hand: it stands as it did before."""
    _tell(EventType.REOPENED, visit, to)


def _tell(event: EventType, visit: Appointment, status: str) -> None:
    outbox.publish(
        event,
        {
            "id": str(visit.uid),
            "status": str(status),
            "starts_at": _utc(visit.starts_at),
            "ends_at": _utc(visit.ends_at),
            "sequence": visit.sequence,
        },
    )
    changed.send(Appointment, appointment=visit, event=event)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

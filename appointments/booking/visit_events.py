"""What other programs are told of a visit: that it changed, and how it stands. Nobody's name.

Written in the transaction of the change, like the mails that it owes. A visit that waits for the
link in its mail is told of once it is booked.
"""

from datetime import UTC, datetime

from appointments.models import Appointment, Status
from core.webhooks import outbox
from core.webhooks.models import EventType

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


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

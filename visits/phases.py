"""Where a visit stands, for its room. Pure: the clock is an argument."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

OPENS_BEFORE = timedelta(minutes=15)  # the start
CLOSES_AFTER = timedelta(minutes=60)  # the planned end
# Who was let in and whom nobody has sent home is not cut off by the clock.
CLOSES_AT_LAST_AFTER = timedelta(hours=4)


class Phase(StrEnum):
    """What holds in a room, and is said to the browsers in it."""

    EARLY = "early"
    OPEN = "open"  # the patient may come in, and has not
    WAITING = "waiting"
    ADMITTED = "admitted"
    LIVE = "live"  # admitted, and they have seen or heard each other
    BY_PHONE = "by_phone"
    OVER = "over"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether tickets are given."""
        return self in (self.OPEN, self.WAITING, self.ADMITTED, self.LIVE, self.BY_PHONE)


# With these a room is closed, and its sockets with it.
FINAL = (Phase.OVER, Phase.MOVED, Phase.CANCELLED, Phase.CLOSED, Phase.EARLY)
_BY_STATUS = {
    "cancelled": Phase.CANCELLED,
    "completed": Phase.OVER,
    "no_show": Phase.OVER,
    "released": Phase.CANCELLED,
}
# A browser that was handed a link is not told these from one that is booked: before its time comes
# they stand alike.
_NOT_BOOKED = ("held", "expired")


class Booked(Protocol):
    """What of an appointment is asked."""

    status: str
    starts_at: datetime
    ends_at: datetime
    erased_at: datetime | None


class Happened(Protocol):
    """What of a visit is asked."""

    knocked_at: datetime | None
    admitted_at: datetime | None
    connected_at: datetime | None
    by_phone_at: datetime | None
    moved_at: datetime | None
    ended_at: datetime | None


def phase_of(appointment: Booked, visit: Happened | None, now: datetime) -> Phase:
    """Return where it stands at `now`; `visit` is None until somebody has opened the room."""
    if appointment.erased_at:
        return Phase.CLOSED
    if by_status := _BY_STATUS.get(appointment.status):
        return by_status
    if visit and visit.ended_at:
        return Phase.OVER
    if now < appointment.starts_at - OPENS_BEFORE:
        return Phase.MOVED if visit and visit.moved_at else Phase.EARLY
    if now >= closes_at(appointment, visit) or appointment.status in _NOT_BOOKED:
        return Phase.CLOSED
    return _inside(visit) if visit else Phase.OPEN


def closes_at(appointment: Booked, visit: Happened | None) -> datetime:
    """Return when its room closes, if nobody ends it before."""
    was_let_in = visit and visit.admitted_at
    return appointment.ends_at + (CLOSES_AT_LAST_AFTER if was_let_in else CLOSES_AFTER)


def _inside(visit: Happened) -> Phase:
    if visit.by_phone_at:
        return Phase.BY_PHONE
    if visit.admitted_at:
        return Phase.LIVE if visit.connected_at else Phase.ADMITTED
    return Phase.WAITING if visit.knocked_at else Phase.OPEN

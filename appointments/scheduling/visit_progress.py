"""Where a visit stands on its day, for the page of its patient. Pure: the clock is an argument."""

from datetime import datetime, timedelta
from enum import StrEnum

JOIN_OPENS = timedelta(minutes=15)  # before the start
# After the planned end, unless staff have closed the visit: it may begin late and run over.
JOIN_CLOSES = timedelta(hours=2)


class Phase(StrEnum):
    AHEAD = "ahead"
    SOON = "soon"  # it can be joined, and has not begun
    BEGUN = "begun"
    LATE = "late"  # past its planned end, and not closed
    UNCLOSED = "unclosed"  # long past it, and the patient is still checked in
    OVER = "over"

    @property
    def can_join(self) -> bool:
        return self in (Phase.SOON, Phase.BEGUN, Phase.LATE)


def phase(status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Phase:
    """Return where a visit of that status stands at `now`.

    Only staff end the visit of somebody who is checked in; whom nobody closes can join until two
    hours after the planned end. One that waits to be confirmed is never joined.
    """
    if status == "held":
        return Phase.AHEAD if now < starts_at else Phase.OVER
    if status not in ("booked", "checked_in"):
        return Phase.OVER
    if now >= ends_at + JOIN_CLOSES:
        return Phase.UNCLOSED if status == "checked_in" else Phase.OVER
    if now >= ends_at:
        return Phase.LATE
    if now >= starts_at:
        return Phase.BEGUN
    return Phase.SOON if status == "checked_in" or now >= starts_at - JOIN_OPENS else Phase.AHEAD


def turns(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Return the moments at which the phase can change by itself."""
    return [starts_at - JOIN_OPENS, starts_at, ends_at, ends_at + JOIN_CLOSES]

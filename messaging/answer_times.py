"""When an answer is due, reckoned in the hours in which messages are answered. Pure.

Moments are seconds since 1970 UTC, as in `appointments.scheduling`.
"""

from collections.abc import Iterable

from appointments.scheduling.intervals import Interval


def due(now: int, open_hours: Iterable[Interval], seconds: int) -> int | None:
    """Return when it has been open for so many seconds since `now`.

    `open_hours` are in order and overlap nowhere. None where they do not last that long.
    """
    left = seconds
    for opens, closes in open_hours:
        since = max(opens, now)
        if closes <= since:
            continue
        if closes - since >= left:
            return since + left
        left -= closes - since
    return None


def opens_at(now: int, open_hours: Iterable[Interval]) -> int | None:
    """Return when it opens next; `now` while it is open, None where it does not."""
    for opens, closes in open_hours:
        if closes > now:
            return max(opens, now)
    return None

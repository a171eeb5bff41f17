"""Which start times can be booked. Pure: no database, no clock, no settings."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from appointments.scheduling.intervals import Interval, union
from appointments.scheduling.opening_hours import Opening


class Rules(NamedTuple):
    """A service's lengths, in seconds."""

    length: int
    step: int
    before: int = 0
    after: int = 0
    no_gaps: bool = False


def free_starts(
    opening: Opening, busy: Iterable[Interval], rules: Rules, *, not_before: int, not_after: int
) -> list[int]:
    """Start times in UTC seconds, in order, each in [not_before, not_after].

    A start lies on the grid that counts `step` from its day's opening; with `no_gaps` also where
    the visit with its buffers touches one of `busy`. The visit lies in one open interval; with its
    buffers it overlaps nothing in `busy` (whose intervals hold their own buffers, so those of two
    neighbours add up). Raises ValueError unless length and step are positive.
    """
    if rules.length <= 0 or rules.step <= 0:
        raise ValueError("length and step must be positive")
    busy = union(busy)
    windows = list(_windows(opening.open, busy, rules, not_before, not_after))
    starts: list[int] = []
    first = 0
    for origin, day_end in opening.days:
        while first < len(windows) and windows[first][1] < origin:
            first += 1
        for low, high in windows[first:]:
            if low >= day_end:
                break
            steps = max(0, -((origin - low) // rules.step))
            starts += range(origin + steps * rules.step, min(high, day_end - 1) + 1, rules.step)
    if rules.no_gaps:
        starts = sorted({*starts, *_touching(windows, busy, rules)})
    return starts


def _touching(windows: list[Interval], busy: list[Interval], rules: Rules) -> Iterator[int]:
    """Starts at the edges of windows where the visit follows or precedes one of `busy`."""
    follows = {end + rules.before for _, end in busy}
    precedes = {start - rules.length - rules.after for start, _ in busy}
    for low, high in windows:
        if low in follows:
            yield low
        if high in precedes:
            yield high


def _windows(
    open_intervals: Iterable[Interval],
    busy: list[Interval],
    rules: Rules,
    not_before: int,
    not_after: int,
) -> Iterator[Interval]:
    """Closed intervals [low, high] in which a visit may start, in order."""
    first = 0
    for start, end in open_intervals:
        low, last = max(start, not_before), min(end - rules.length, not_after)
        while first < len(busy) and busy[first][1] + rules.before <= low:
            first += 1
        for busy_start, busy_end in busy[first:]:
            latest = busy_start - rules.length - rules.after
            if latest >= last or low > last:
                break
            if low <= latest:
                yield low, latest
            low = max(low, busy_end + rules.before)
        if low <= last:
            yield low, last

"""How much of a provider's day browsers that have proved nothing may hold. Pure.

A third of the time that is free, counting what they hold as free. Each provider's day by itself:
so it is no more than a third of the clinic's day, and of the provider's whole calendar, either.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from appointments.scheduling.intervals import Interval, difference, union
from appointments.scheduling.opening_hours import MIDNIGHT, instant

ONE_IN = 3
# So many a day in any case: a day with few times left would have none for who comes first.
AT_LEAST = 2


def within(
    starts: Iterable[int],
    *,
    open_intervals: Iterable[Interval],
    busy: Iterable[Interval],
    held: Sequence[Interval],
    length: int,
    zone: ZoneInfo,
) -> list[int]:
    """Those starts on whose day one more hold of `length` seconds, buffers included, has room.

    `busy` is what blocks time besides the holds without proof, which are `held`; the past among
    it. Days are those of `zone`.
    """
    free = difference(union(open_intervals), union(busy))
    days: dict[date, bool] = {}
    chosen = []
    for start in starts:
        day = datetime.fromtimestamp(start, zone).date()
        if day not in days:
            days[day] = _has_room(_interval(day, zone), free, held, length)
        if days[day]:
            chosen.append(start)
    return chosen


def _interval(day: date, zone: ZoneInfo) -> Interval:
    return instant(day, MIDNIGHT, zone), instant(day + timedelta(days=1), MIDNIGHT, zone)


def _has_room(
    day: Interval, free: Iterable[Interval], held: Iterable[Interval], length: int
) -> bool:
    begins, ends = day
    of_day = [high - low for low, high in held if begins <= low < ends]
    left = sum(max(0, min(high, ends) - max(low, begins)) for low, high in free)
    return len(of_day) < AT_LEAST or (sum(of_day) + length) * ONE_IN <= left

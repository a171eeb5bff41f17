"""Which archives are kept: the newest of each of the last days, weeks and months that have one.

Pure. The newest of all is always among them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple


class Keep(NamedTuple):
    """How many days, weeks and months that have an archive keep their newest."""

    daily: int
    weekly: int
    monthly: int


def kept(moments: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Return those of these that stay."""
    newest_first = sorted(moments, reverse=True)
    periods: list[tuple[int, Callable[[datetime], object]]] = [
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    ]
    stay = set(newest_first[:1])
    for most, period in periods:
        newest_of: dict[object, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(period(at), at)
        stay.update(list(newest_of.values())[:most])
    return stay

"""Half-open intervals of time, [start, end), in whole seconds since 1970 UTC.

Whole seconds, because a month's grid for a clinic is tens of thousands of comparisons and
integers make it an order of magnitude faster than datetimes, with no time zone to get wrong. Pure.
"""

from collections.abc import Iterable

Interval = tuple[int, int]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as sorted intervals that neither overlap nor touch nor are empty."""
    merged: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def difference(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """Return what is left of `intervals` outside `holes`. Both must come from `union`."""
    left: list[Interval] = []
    cuts = list(holes)
    first = 0
    for start, end in intervals:
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        for hole_start, hole_end in cuts[first:]:
            if hole_start >= end:
                break
            if hole_start > start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left


def common(intervals: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """Return the instants that are in both. Both must come from `union`, and so does the result."""
    found: list[Interval] = []
    rest = list(others)
    first = 0
    for start, end in intervals:
        while first < len(rest) and rest[first][1] <= start:
            first += 1
        place = first
        while place < len(rest) and rest[place][0] < end:
            found.append((max(start, rest[place][0]), min(end, rest[place][1])))
            place += 1
    return found

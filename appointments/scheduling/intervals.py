"""Half-open spans of time, [start, end), in whole seconds since 1970 UTC.

Whole seconds, because a month's grid for a clinic is tens of thousands of comparisons and
integers make it an order of magnitude faster than datetimes, with no time zone to get wrong.
"""

from collections.abc import Iterable

Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """The same instants as sorted spans that neither overlap nor touch; empty ones are dropped."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def difference(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of `spans` outside `holes`. Both must come from `union`."""
    left: list[Span] = []
    cuts = list(holes)
    first = 0
    for start, end in spans:
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

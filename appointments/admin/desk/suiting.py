"""How many of those who wait a free time would suit: by service, license, provider and wishes."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appointments.models import WaitlistEntry
from appointments.scheduling.intervals import Interval
from appointments.scheduling.time_preferences import TimePreferences

MOST = 500  # entries that are looked at: those who came first
MARK = 1800  # seconds between the starts that are tried in a free time, beside its first


class Wish(NamedTuple):
    """What several may wait for alike."""

    service: int
    seconds: int
    before: int  # seconds kept free, as `after`
    after: int
    soonest: int  # the notice that the service asks for, in seconds since 1970
    state: str
    provider: int | None
    preferences: TimePreferences


@dataclass(frozen=True)
class Waiting:
    """Those who wait, counted by what they wait for."""

    groups: dict[int, Counter[Wish]]  # by service
    _marks: dict[tuple[TimePreferences, Interval], list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, now: datetime) -> "Waiting":
        """Read the first MOST of those in line who have no offer, in one query."""
        line = WaitlistEntry.objects.waiting(now).without_offer().in_line()
        rows = line.values_list(
            *("service_id", "service__minutes", "service__buffer_before"),
            *("service__buffer_after", "service__notice_hours", "state", "provider_id"),
            *("zone", "weekdays", "parts", "sooner_than"),
        )
        groups: dict[int, Counter[Wish]] = defaultdict(Counter)
        for row in rows[:MOST]:
            wish = _wish(now, *row)
            groups[wish.service][wish] += 1
        return cls(groups)

    def suiting(
        self,
        free: Interval,
        frame: Interval,
        *,
        provider: int,
        states: Collection[str],
        services: Collection[int],
    ) -> int:
        """Return for how many some start in `free` would do. `frame` is the day that it lies in."""
        return sum(
            count
            for service in services
            for wish, count in self.groups.get(service, {}).items()
            if wish.state in states
            and wish.provider in (None, provider)
            and self._fits(wish, free, frame)
        )

    def _fits(self, wish: Wish, free: Interval, frame: Interval) -> bool:
        first = max(free[0] + wish.before, wish.soonest)
        last = free[1] - wish.seconds - wish.after
        if first > last:
            return False
        if wish.preferences.suits(first):
            return True
        key = wish.preferences, frame
        if key not in self._marks:
            marks = range(frame[0], frame[1], MARK)
            self._marks[key] = [mark for mark in marks if wish.preferences.suits(mark)]
        marks_of = self._marks[key]
        at = bisect_left(marks_of, first)
        return at < len(marks_of) and marks_of[at] <= last


def _wish(
    now: datetime,
    service: int,
    minutes: int,
    before: int,
    after: int,
    notice_hours: int,
    state: str,
    provider: int | None,
    zone: str,
    weekdays: list[int],
    parts: list[str],
    sooner_than: datetime | None,
) -> Wish:
    until = int(sooner_than.timestamp()) if sooner_than else None
    wishes = TimePreferences(ZoneInfo(zone), frozenset(weekdays), frozenset(parts), until)
    soonest = int(now.timestamp()) + notice_hours * 3600
    return Wish(service, minutes * 60, before * 60, after * 60, soonest, state, provider, wishes)

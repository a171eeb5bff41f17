"""The time page's view of a grid: a week, a month, one day's times, in the patient's zone."""

import calendar
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appointments.models import Provider
from appointments.scheduling.availability import Grid, Slot
from appointments.scheduling.time_preferences import UNTIL

SUNDAY_FIRST = calendar.Calendar(firstweekday=calendar.SUNDAY)
# Parts of the day: until which hour, name, icon.
PARTS = (
    (UNTIL["morning"], _("Morning"), "sunrise"),
    (UNTIL["afternoon"], _("Afternoon"), "sun"),
    (UNTIL["evening"], _("Evening"), "moon"),
)


@dataclass(frozen=True)
class Day:
    """A day in the week strip or the month, with how many times are free on it."""

    date: date
    count: int
    url: str
    chosen: bool
    in_month: bool = True


@dataclass(frozen=True)
class Part:
    name: Promise | str
    icon: str
    starts: list[datetime]


@dataclass(frozen=True)
class Card:
    """A provider to choose, with their next free time on the patient's clock."""

    provider: Provider | None
    next: datetime | None
    url: str
    chosen: bool
    tint: str


class SlotCalendar:
    """What the patient sees of `grid` on one day with one provider, or with anyone.

    `page` and `fragment` are the paths that the links lead to; `horizon` is when booking ends.
    Without `day`, the first day that has times. Its datetimes are on the wall clock of `zone`.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        zone: ZoneInfo,
        now: datetime,
        page: str,
        fragment: str,
        provider: Provider | None = None,
        day: date | None = None,
        horizon: datetime,
    ) -> None:
        self.grid, self.zone, self.provider = grid, zone, provider
        self.page, self.fragment = page, fragment
        self.last_day = horizon.astimezone(zone).date()
        self.today = now.astimezone(zone).date()
        self.asked_for = day
        self.day = day or min(self.by_day, default=self.today)

    @cached_property
    def by_day(self) -> dict[date, list[datetime]]:
        days = defaultdict(list)
        for second in self.grid.of(self.provider):
            local = datetime.fromtimestamp(second, UTC).astimezone(self.zone)
            days[local.date()].append(local)
        return dict(days)

    @property
    def is_empty(self) -> bool:
        return not self.by_day

    @cached_property
    def first(self) -> Slot | None:
        return self.grid.first(self.provider)

    @property
    def first_local(self) -> datetime | None:
        return self.first.starts_at.astimezone(self.zone) if self.first else None

    @property
    def parts(self) -> list[Part]:
        """The chosen day's times by part of the day, without empty parts."""
        starts = self.by_day.get(self.day, [])
        parts, since = [], 0
        for until, name, icon in PARTS:
            chosen = [start for start in starts if since <= start.hour < until]
            if chosen:
                parts.append(Part(name, icon, chosen))
            since = until
        return parts

    @property
    def count(self) -> int:
        """How many times the chosen day has."""
        return len(self.by_day.get(self.day, ()))

    @property
    def next_day(self) -> Day | None:
        """The next day after the chosen one that has times, or else the last one before it."""
        later = [day for day in self.by_day if day > self.day]
        earlier = [day for day in self.by_day if day < self.day]
        if not later and not earlier:
            return None
        return self._day(min(later) if later else max(earlier))

    # ── week ──────────────────────────────────────────────────────────────────

    @property
    def monday(self) -> date:
        return self.day - timedelta(days=self.day.weekday())

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def week(self) -> list[Day]:
        return [self._day(self.monday + timedelta(days=number)) for number in range(7)]

    @property
    def week_before(self) -> Day | None:
        has_times = any(day < self.monday for day in self.by_day)
        return self._day_of_week(self.monday - timedelta(days=7)) if has_times else None

    @property
    def week_after(self) -> Day | None:
        after = self.monday + timedelta(days=7)
        return self._day_of_week(after) if after <= self.last_day else None

    def _day_of_week(self, monday: date) -> Day:
        """The week's first day with times, or its first day from today on."""
        days = [monday + timedelta(days=number) for number in range(7)]
        free = [day for day in days if day in self.by_day]
        return self._day(free[0] if free else max(monday, self.today))

    # ── month ─────────────────────────────────────────────────────────────────

    @property
    def month(self) -> list[list[Day]]:
        weeks = SUNDAY_FIRST.monthdatescalendar(self.day.year, self.day.month)
        return [[self._day(day) for day in week] for week in weeks]

    @property
    def month_before(self) -> Day | None:
        last = self.day.replace(day=1) - timedelta(days=1)
        has_times = any(day <= last for day in self.by_day)
        return self._day_of_month(last) if has_times else None

    @property
    def month_after(self) -> Day | None:
        first = (self.day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return self._day_of_month(first) if first <= self.last_day else None

    def _day_of_month(self, anyday: date) -> Day:
        free = [day for day in self.by_day if (day.year, day.month) == (anyday.year, anyday.month)]
        return self._day(min(free) if free else max(anyday.replace(day=1), self.today))

    # ── who ───────────────────────────────────────────────────────────────────

    @property
    def anyone(self) -> Card:
        url = self.query(provider=None, day=self._day_with(self.grid.merged()))
        return Card(None, None, url, self.provider is None, "")

    @property
    def cards(self) -> list[Card]:
        """Providers with times, the one who is free first in front; then those without."""
        cards = [
            Card(
                provider,
                (starts and datetime.fromtimestamp(starts[0], UTC).astimezone(self.zone)) or None,
                self.query(provider=provider, day=self._day_with(starts)),
                provider == self.provider,
                "honey" if number % 2 else "clay",
            )
            for number, (provider, starts) in enumerate(self.grid.starts.items())
        ]
        return sorted(cards, key=lambda card: (card.next is None, card.next, str(card.provider)))

    def _day_with(self, starts: Sequence[int]) -> date | None:
        """The day that was asked for, if one of these is on it: else their first is shown."""
        if self.asked_for is None:
            return None
        begins = datetime.combine(self.asked_for, time(0), self.zone).timestamp()
        ends = datetime.combine(self.asked_for + timedelta(days=1), time(0), self.zone).timestamp()
        return self.asked_for if bisect_left(starts, begins) < bisect_left(starts, ends) else None

    # ── addresses ─────────────────────────────────────────────────────────────

    def _day(self, day: date) -> Day:
        return Day(
            day,
            len(self.by_day.get(day, ())),
            self.query(day=day),
            day == self.day,
            (day.year, day.month) == (self.day.year, self.day.month),
        )

    @property
    def here(self) -> str:
        """The query string of this very view."""
        return self.query()

    def query(self, **changes: Any) -> str:
        """The query string of this view with another day or provider."""
        provider = changes.get("provider", self.provider)
        day = changes.get("day", self.asked_for)
        parts = {"with": provider.slug if provider else "", "day": day.isoformat() if day else ""}
        return "?" + urlencode({name: value for name, value in parts.items() if value})

"""A figure: its numbers as a table that says how they are computed, and perhaps a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.staff.figures.periods import DAY, Period


class Percent(NamedTuple):
    """A part of a whole; of nothing there is none."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    def __str__(self) -> str:
        return "–" if self.value is None else f"{number_format(self.value, 1)} %"


@dataclass(frozen=True)
class Series:
    """One number for each row, all drawn in one color."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Figure:
    """`rows` begin with what they are about. `how` says how it is computed, in plain words.

    With `series` columns are drawn for each row: `stacked` one on the other, or side by side. With
    `bars` each row has a bar for each percent in it.
    """

    slug: str
    title: str
    how: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    series: Sequence[Series] = field(default=())
    stacked: bool = True
    bars: bool = False
    zero_counts: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: no row, or nothing but zeros where they say nothing."""
        if self.zero_counts:
            return not self.rows
        return not any(_counts(value) for row in self.rows for value in row[1:])

    def spreadsheet(self) -> list[list[Any]]:
        """Return the head and the rows with plain numbers."""
        return [list(self.head), *([_plain(value) for value in row] for row in self.rows)]


def weekly(
    slug: str,
    title: str,
    how: str,
    period: Period,
    kinds: Sequence[tuple[str, Any]],
    found: Mapping[tuple, int],
    *,
    stacked: bool = True,
    drawn: int | None = None,
) -> Figure:
    """Return a figure of each week, with a column for each of `kinds` (name, key).

    `found` has the numbers by Monday and key. Those that are `stacked` are parts: their sum is
    told, too. Of the kinds the first `drawn` are drawn, or all.
    """
    has_sum = stacked and len(kinds) > 1
    numbers = [[found.get((week, key), 0) for _name, key in kinds] for week in period.weeks]
    names = [name for name, _key in kinds]
    return Figure(
        slug,
        title,
        how,
        [_("Week from"), *names, *([_("All")] if has_sum else [])],
        [
            [week_words(week, period), *row, *([sum(row)] if has_sum else [])]
            for week, row in zip(period.weeks, numbers, strict=True)
        ],
        series=[
            Series(name, [row[nth] for row in numbers]) for nth, name in enumerate(names[:drawn])
        ],
        stacked=stacked,
    )


def week_words(monday: date, period: Period) -> str:
    """Return "Nov 23, 2026"; of a week of which days are left out the first and last that count."""
    if period.is_whole(monday):
        return _day(monday)
    first, last = max(monday, period.first), min(period.last, monday + 6 * DAY)
    if first == last:
        return _("%(day)s alone") % {"day": _day(first)}
    return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(day: date) -> str:
    return date_format(day, pgettext("day of a figure", "M j, Y"), use_l10n=False)


def _counts(value: Any) -> bool:
    return bool(value.whole) if isinstance(value, Percent) else bool(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Percent):
        return "" if value.value is None else f"{value.value:.1f}"
    return "" if value is None else value

"""The years, months and days above a list, from its first date to its last.

Django's own read every row to leave out the days that have none; here they may lead to nothing.
"""

import calendar
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

PARTS = ("year", "month", "day")


class Link(NamedTuple):
    """What it says, and where it leads; "" for where one is."""

    title: str
    link: str = ""


def links(changelist: ChangeList) -> dict[str, Any]:
    """Return what the template of the date hierarchy shows: the way back, and the next parts."""
    span, chosen = _span(changelist), _chosen(changelist)
    if span is None or not _is_date(chosen):
        return {}

    def link(parts: list[int]) -> Link:
        name = changelist.date_hierarchy
        names = [f"{name}__{part}" for part in PARTS[: len(parts)]]
        asked = dict(zip(names, parts, strict=True))
        return Link(_title(parts), changelist.get_query_string(asked, [f"{name}__"]))

    back = link(chosen[:-1]) if chosen else None
    if len(chosen) == len(PARTS):
        return {"show": True, "back": back, "choices": [Link(_title(chosen))]}
    return {"show": True, "back": back, "choices": [link(each) for each in _next(chosen, *span)]}


def _next(chosen: list[int], first: date, last: date) -> Iterator[list[int]]:
    """The years, the months of a year, or the days of a month, that lie between the two dates."""
    known = len(chosen) + 1
    from_, to = ((day.year, day.month, day.day)[:known] for day in (first, last))
    numbers = [range(first.year, last.year + 1), range(1, 13), range(1, 32)][len(chosen)]
    for number in numbers:
        if from_ <= (*chosen, number) <= to and _is_date([*chosen, number]):
            yield [*chosen, number]


def _chosen(changelist: ChangeList) -> list[int]:
    """The year, month and day that are asked for: as many of them as there are in a row."""
    found = []
    for part in PARTS:
        value = changelist.params.get(f"{changelist.date_hierarchy}__{part}")
        if value is None:
            break
        found.append(int(value))
    return found


def _span(changelist: ChangeList) -> tuple[date, date] | None:
    """The days of the first and of the last row of the whole list: two looks into an index."""
    name = changelist.date_hierarchy
    found = changelist.root_queryset.order_by().aggregate(first=Min(name), last=Max(name))
    if found["first"] is None:
        return None
    return timezone.localdate(found["first"]), timezone.localdate(found["last"])


def _is_date(parts: list[int]) -> bool:
    year, month, day = [*parts, *[2000, 1, 1][len(parts) :]]
    known = date.min.year <= year <= date.max.year and 1 <= month <= 12
    return known and 1 <= day <= calendar.monthrange(year, month)[1]


def _title(parts: list[int]) -> str:
    """ "All dates", "2026", "November 2026" or "November 26"."""
    if len(parts) < 2:
        return f"{parts[0]}" if parts else _("All dates")
    form = "YEAR_MONTH_FORMAT" if len(parts) == 2 else "MONTH_DAY_FORMAT"
    return capfirst(date_format(date(*[*parts, 1][:3]), form))

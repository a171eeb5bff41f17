"""Parts that other apps put above the lists of today: they register them here.

They are renewed with the lists: what a part watches makes the desk read anew when it changes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Func, QuerySet
from django.http import HttpRequest

from appointments.models import Appointment


class Section(NamedTuple):
    """One part: what it shows, whom (for the audit trail), and a name for all of it."""

    template: str
    context: dict[str, Any]
    visits: list[Appointment]
    version: str


# What a part shows this person; None where it has nothing to say.
Show = Callable[[HttpRequest, datetime], Section | None]
# The rows of one table that it is made of, and the expression of what it shows of each.
Watch = Callable[[datetime], tuple[QuerySet, Func]]
_registered: list[tuple[Show, Watch]] = []


def register(watch: Watch) -> Callable[[Show], Show]:
    """Return a decorator: what `show(request, now)` returns stands above the lists of today."""

    def registered(show: Show) -> Show:
        _registered.append((show, watch))
        return show

    return registered


def shown(request: HttpRequest, now: datetime) -> list[Section]:
    """Return the parts that this person's desk has now, in order of registration."""
    return [section for show, _watch in _registered if (section := show(request, now))]


def watched(now: datetime) -> list[tuple[QuerySet, Func]]:
    """Return what to look at, to know whether a part has changed."""
    return [watch(now) for _show, watch in _registered]

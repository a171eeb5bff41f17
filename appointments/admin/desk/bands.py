"""What lies behind the visits of a column: open hours, time off, buffers, and what is free."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.admin.desk.frame import ROW, Frame, Rows, clock_at
from appointments.admin.desk.suiting import Waiting
from appointments.models import HoursException
from appointments.scheduling import opening_hours
from appointments.scheduling.availability import moment
from appointments.scheduling.intervals import Interval, difference, union

SHORTEST = 2 * ROW  # what is shorter is no free time
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Band:
    """A stretch of time: its kind is a CSS class, `words` stand in it."""

    kind: str
    rows: Rows
    words: str = ""

    @property
    def css(self) -> str:
        return f"{self.kind} {self.rows.css}"


@dataclass(frozen=True)
class Gap:
    """A free time, and where it is booked."""

    rows: Rows
    words: str
    name: str
    query: str

    @property
    def css(self) -> str:
        return self.rows.css

    @property
    def label(self) -> str:
        """Return what a screen reader says."""
        return f"{self.name}, {self.words}" if self.words else self.name


def open_hours(frame: Frame, open_: Iterable[Interval]) -> list[Band]:
    """Return the open hours, without time off."""
    return [Band("open", rows) for begin, end in open_ if (rows := frame.rows(begin, end))]


def time_off(frame: Frame, found: Iterable[HoursException], who: Any) -> list[Band]:
    """Return the time off of that provider and of the clinic, with its note."""
    return [
        Band("off", rows, _off_words(row))
        for row in found
        if row.provider_id in (None, who.pk)
        for begin, end in _on_their_clock(row, frame.day, who)
        if (rows := frame.rows(begin, end))
    ]


def _on_their_clock(row: HoursException, day: date, who: Any) -> Iterator[Interval]:
    for each in (day - DAY, day, day + DAY):  # theirs may be another day
        if row.first_day <= each <= row.last_day:
            yield opening_hours.day_interval(each, row.opens, row.closes, row.clock_of(who))


def _off_words(row: HoursException) -> str:
    what = _("Time off") if row.provider_id else _("Closed")
    return f"{what}: {row.note}" if row.note else what


def buffers(frame: Frame, cards: Iterable[Any]) -> list[Band]:
    """Return what is kept free before and after the visits that keep their time."""
    return [
        Band("buffer", rows)
        for card in cards
        if card.blocks
        for begin, end in (
            (card.blocked[0], card.begin),
            (card.end, card.blocked[1]),
        )
        if (rows := frame.rows(begin, end))
    ]


def gaps(
    frame: Frame, open_: Iterable[Interval], cards: Iterable[Any], now: datetime
) -> list[Interval]:
    """Return the open times that nobody has, from now on, that are no shorter than SHORTEST."""
    busy = union(card.blocked for card in cards if card.blocks)
    first = max(frame.begin, -(-int(now.timestamp()) // ROW) * ROW)
    within = union((max(begin, first), min(end, frame.end)) for begin, end in open_)
    free = [(-(-begin // ROW) * ROW, end) for begin, end in difference(within, busy)]
    return [each for each in free if each[1] - each[0] >= SHORTEST]


def gap(free: Interval, frame: Frame, waiting: Waiting, who: Any, zone: ZoneInfo) -> Gap:
    """Return where that free time is booked, and how many who wait it suits."""
    begin, end = free
    count = waiting.suiting(
        free,
        (frame.begin, frame.end),
        provider=who.pk,
        states=who.state_codes,
        services=who.service_keys,
    )
    name = _("Book with %(who)s from %(when)s, %(minutes)d minutes free") % {
        "who": who.name,
        "when": clock_at(begin, zone),
        "minutes": (end - begin) // 60,
    }
    return Gap(
        rows=frame.rows(begin, end) or Rows(0, 1),
        words=ngettext("suits %d who waits", "suits %d who wait", count) % count if count else "",
        name=name,
        query=f"provider={who.pk}&starts_at={quote(iso(begin))}",
    )


def iso(second: int) -> str:
    """Return that moment as ISO 8601 with its offset, for an address."""
    when: datetime = moment(second)
    return f"{when:%Y-%m-%dT%H:%M:%S+00:00}"

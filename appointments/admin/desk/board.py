"""A board: columns of visits on rows of five minutes, with hours, time off, buffers and gaps."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html_join

from appointments.admin import practice_time
from appointments.admin.desk import bands
from appointments.admin.desk.bands import Band, Gap
from appointments.admin.desk.cards import Card, StepsOf, cards_of
from appointments.admin.desk.fingerprint import fingerprint
from appointments.admin.desk.frame import ROW, Frame, Rows, frames
from appointments.admin.desk.reading import Reading
from appointments.models import Provider
from appointments.scheduling import time_zones

_GAP = '<a class="gap {}" href="{}?{}" data-drawer data-at="{}" aria-label="{}">{}</a>'
Hours = dict[tuple[int, ZoneInfo], tuple[list[tuple[Rows, str]], str]]


@dataclass(frozen=True)
class Column:
    """One provider's one day."""

    provider: Provider
    frame: Frame
    heading: str
    zone_words: str  # where the provider's clock is another
    their_hours: list[tuple[Rows, str]]
    their_hours_html: str
    bands: list[Band]
    gaps: list[Gap]
    cards: list[Card]
    is_today: bool

    @property
    def key(self) -> str:
        """Return its name on the page: of a provider and a day."""
        return f"{self.provider.pk}-{self.frame.day:%Y%m%d}"

    @property
    def visits(self) -> int:
        return sum(not card.is_hold for card in self.cards)

    @property
    def bands_html(self) -> str:
        """Return the bands as they stand in the column: many, and all alike."""
        bands = ((band.css, band.words) for band in self.bands)
        return format_html_join("", '<div class="band {}">{}</div>', bands)

    @property
    def gap_links(self) -> str:
        """Return its free times as links to where they are booked."""
        book = reverse("admin:appointments_appointment_book")
        gaps = ((gap.css, book, gap.query, gap.rows.t, gap.label, gap.words) for gap in self.gaps)
        return format_html_join("", _GAP, gaps)

    @cached_property
    def version(self) -> str:
        """Return a name for all that it shows."""
        cards = [card.version for card in self.cards]
        return fingerprint(self.heading, self.their_hours, self.bands, self.gaps, cards)


@dataclass(frozen=True)
class Board:
    """What a page shows. `hours` are those of its first column, on the practice's clock."""

    columns: list[Column]
    hours: list[tuple[Rows, str]]
    rows: int
    row_seconds: int = ROW

    @property
    def visits(self) -> list[Any]:
        """Return the visits and holds on it, for the audit trail."""
        return [card.visit for column in self.columns for card in column.cards]


def lay_out(
    found: Reading,
    steps_of: StepsOf,
    there: Collection[int] = (),
    *,
    heading_is_day: bool = False,
) -> Board:
    """Return the board of what was read: a column for each provider, or for each of their days.

    `there` are the visits whose patients have come to where another app receives them.
    """
    zone = found.zone
    openings = {who.pk: found.calendar.opening(who).open for who in found.providers}
    shown = [each for open_ in openings.values() for each in open_]
    shown += [(int(v.starts_at.timestamp()), int(v.ends_at.timestamp())) for v in found.visits]
    frame_of = frames(found.days, shown, zone)
    cards = cards_of(found.visits, found.now, zone, frame_of, steps_of, there)
    hours: Hours = {}
    columns = [
        _column(found, who, frame_of[day], openings[who.pk], cards.get((who.pk, day), []), hours)
        for who in found.providers
        for day in found.days
    ]
    if heading_is_day:
        columns = [
            replace(column, heading=practice_time.format_date(column.frame.day))
            for column in columns
        ]
    first = frame_of[found.days[0]]
    return Board(columns, first.hours(zone), first.count)


def _hours_in(frame: Frame, zone: ZoneInfo, known: Hours) -> tuple[list[tuple[Rows, str]], str]:
    """Return the hours of a frame on that clock, and as items of a list; many keep the same."""
    key = frame.begin, zone
    if key not in known:
        found = frame.hours(zone)
        items = ((rows.css, hour) for rows, hour in found)
        known[key] = found, format_html_join("", '<li class="{}">{}</li>', items)
    return known[key]


def _column(
    found: Reading,
    who: Any,
    frame: Frame,
    open_: list[tuple[int, int]],
    cards: list[Card],
    hours: Hours,
) -> Column:
    zone, theirs = found.zone, who.zone
    differs = found.now.astimezone(theirs).utcoffset() != found.now.astimezone(zone).utcoffset()
    their_hours, their_html = _hours_in(frame, theirs, hours) if differs else ([], "")
    shown = bands.open_hours(frame, open_)
    shown += bands.time_off(frame, found.time_off, who)
    shown += bands.buffers(frame, cards)
    return Column(
        provider=who,
        frame=frame,
        heading=str(who),
        zone_words=time_zones.words(theirs) if differs else "",
        their_hours=their_hours,
        their_hours_html=their_html,
        bands=shown,
        gaps=[
            bands.gap(each, frame, found.waiting, who, zone)
            for each in bands.gaps(frame, open_, cards, found.now)
        ],
        cards=cards,
        is_today=found.now.astimezone(zone).date() == frame.day,
    )

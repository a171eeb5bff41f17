"""Whom the desk looks after right now: who is late, who is here, who comes next, who is through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.admin.desk.cards import Card
from appointments.admin.desk.fingerprint import fingerprint
from appointments.admin.desk.sections import Section
from appointments.models import Status
from appointments.templatetags.appointments import clock

MINUTE, SOON = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Attention:
    """The lists beside the board. `called` says since when a late patient is known to be called."""

    late: list[tuple[Card, int, str]]
    here: list[Card]
    next: list[Card]
    done: list[Card]
    sections: Sequence[Section] = ()

    @property
    def visits(self) -> list[Any]:
        """Return the visits in the lists, for the audit trail."""
        late = [card for card, _minutes, _called in self.late]
        listed = [card.visit for card in (*late, *self.here, *self.next, *self.done)]
        return [*(visit for section in self.sections for visit in section.visits), *listed]

    @property
    def here_items(self) -> str:
        """Return who is here as items of a list; of all three lists there may be hundreds."""
        rows = ((card.link, card.visit.provider.name, card.when) for card in self.here)
        return format_html_join("", "<li>{}, {}, {}</li>", rows)

    @property
    def next_items(self) -> str:
        """Return who comes next as items of a list."""
        rows = ((c.when, c.link, c.visit.provider.name, c.phone) for c in self.next)
        return format_html_join("", "<li>{} {}, {} {}</li>", rows)

    @property
    def done_items(self) -> str:
        """Return who is through as items of a list."""
        rows = ((card.when, card.link, card.words) for card in self.done)
        return format_html_join("", "<li>{} {}, {}</li>", rows)

    @property
    def version(self) -> str:
        """Return a name for what they show, but for the minutes, which the browser counts."""
        late = [(card.version, called) for card, _minutes, called in self.late]
        others = [[card.version for card in each] for each in self._others]
        return fingerprint(late, *others, *(section.version for section in self.sections))

    @property
    def _others(self) -> Iterable[list[Card]]:
        return self.here, self.next, self.done


def of(cards: Iterable[Card], now: datetime, sections: Sequence[Section] = ()) -> Attention:
    """Return the lists of these cards of today, below the parts of other apps, in one of which
    stands who waits in a room.
    """
    zone = practice_time.zone()
    cards = sorted(cards, key=lambda card: (card.begin, card.visit.pk))
    booked = [card for card in cards if card.visit.status == Status.BOOKED]
    return Attention(
        late=[(card, _minutes(card, now), _called(card, zone)) for card in booked if card.is_late],
        here=[card for card in cards if _is_here(card, now)],
        next=[card for card in booked if now < card.visit.starts_at <= now + SOON],
        done=[card for card in cards if card.visit.status in (Status.COMPLETED, Status.NO_SHOW)],
        sections=sections,
    )


def _is_here(card: Card, now: datetime) -> bool:
    """Whether they are checked in, or it is their time and they are not late: who walked in."""
    if card.visit.status == Status.BOOKED:
        return card.visit.starts_at <= now and not card.is_late and not card.waits
    return bool(card.visit.status == Status.CHECKED_IN)


def _minutes(card: Card, now: datetime) -> int:
    return int((now - card.visit.starts_at) / MINUTE)


def _called(card: Card, zone: ZoneInfo) -> str:
    """Return "Called 9:55 am", if that was since the visit should have begun."""
    called = card.visit.called_at
    if called is None or called < card.visit.starts_at:
        return ""
    return _("Called %(when)s") % {"when": clock(called.astimezone(zone))}

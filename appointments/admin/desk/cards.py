"""The card of a visit on a board: all that the desk needs to know, and what can be done now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from appointments.admin.desk.fingerprint import fingerprint
from appointments.admin.desk.frame import Frame, Rows, clock_at
from appointments.calls import phone_notes
from appointments.models import Status
from appointments.models.appointment_status import LATE_AFTER
from appointments.scheduling.intervals import Interval
from appointments.templatetags.appointments import clock
from core.languages.speaking import name_of
from core.people import phone_numbers

LANES = 3  # side by side at most
_BUTTON = (
    '<button type="submit" form="desk-form" formaction="{0}steps/{1}/" data-hx-post="{0}desk/{1}/">'
    "{2}</button> "
)
# Name and label of each step that a card offers.
Steps = tuple[tuple[str, str], ...]
StepsOf = Callable[[Any, datetime], Steps]


@dataclass(frozen=True)
class Card:
    """A visit or hold in its column. `lane` and `lanes` set those that overlap side by side."""

    visit: Any
    # Safe as they are: numbers and our own words, which need not be escaped once a place.
    pk: str
    url: str  # what the addresses of its pages begin with
    who: str
    rows: Rows
    when: str
    words: str  # its status, where it is not plainly booked
    is_late: bool
    steps: Steps
    waits: bool = False  # in a room of ours, to be let in
    lane: int = 1
    lanes: int = 1

    @property
    def is_hold(self) -> bool:
        return bool(self.visit.status == Status.HELD and self.visit.patient_id is None)

    @property
    def begin(self) -> int:
        return int(self.visit.starts_at.timestamp())

    @property
    def end(self) -> int:
        return int(self.visit.ends_at.timestamp())

    @property
    def blocks(self) -> bool:
        """Whether nobody else can have its time."""
        return bool(self.visit.is_live)

    @property
    def blocked(self) -> Interval:
        """The time with its buffers."""
        visit = self.visit
        return int(visit.blocked_from.timestamp()), int(visit.blocked_to.timestamp())

    @property
    def can_move(self) -> bool:
        return self.visit.status in (Status.BOOKED, Status.CHECKED_IN)

    @cached_property
    def css(self) -> str:
        """Return its classes: place, lane and status."""
        lane = f" lane-{self.lane}-{self.lanes}" if self.lanes > 1 else ""
        late = " late" if self.is_late else ""
        return f"{self.rows.css}{lane} status-{self.visit.status}{late}"

    @cached_property
    def phone(self) -> str:
        number = phone_numbers.text_as_link(self.visit.phone_text)
        return phone_notes.with_note(number, self.visit.contact)

    @property
    def link(self) -> str:
        """Return the patient's name, which leads to the visit."""
        return format_html('<a href="{}change/">{}</a>', self.url, self.who)

    @property
    def buttons(self) -> str:
        """Return its steps as buttons, which change what htmx finds around them."""
        steps = ((self.url, name, label) for name, label in self.steps)
        return format_html_join("", _BUTTON, steps)

    @property
    def service(self) -> str:
        """Return "Follow-up", or "Follow-up · Español" in another language than the site's."""
        if self.visit.language == settings.LANGUAGE_CODE:
            return str(self.visit.service_name)
        return f"{self.visit.service_name} · {name_of(self.visit.language)}"

    @cached_property
    def version(self) -> str:
        """Return a name for all that it shows."""
        visit = self.visit
        shown = self.css, self.when, self.words, self.steps, self.who, self.phone
        return fingerprint(
            *shown,
            *(visit.service_id, visit.mail_failed, visit.is_first, visit.staff_reason),
            *(visit.pinned_note, visit.language),
        )


def cards_of(
    visits: Iterable[Any],
    now: datetime,
    zone: ZoneInfo,
    frames: Mapping[date, Frame],
    steps_of: StepsOf,
    there: Collection[int] = (),
) -> dict[tuple[int, date], list[Card]]:
    """Return the cards of each provider's each day, in order. `there` are those who have come."""
    cards: dict[tuple[int, date], list[Card]] = defaultdict(list)
    visits_url = reverse("admin:appointments_appointment_changelist")
    for visit in visits:
        day = visit.starts_at.astimezone(zone).date()
        steps = steps_of(visit, now)
        url, is_there = f"{visits_url}{visit.pk}/", visit.pk in there
        card = card_of(visit, url, frames[day], now, zone, steps, is_there=is_there)
        cards[visit.provider_id, day].append(card)
    return {key: _side_by_side(column) for key, column in cards.items()}


def card_of(
    visit: Any,
    url: str,
    frame: Frame,
    now: datetime,
    zone: ZoneInfo,
    steps: Steps,
    *,
    is_there: bool = False,
) -> Card:
    """Return the card of one visit, as it stands at `now`."""
    waits = is_there and visit.status == Status.BOOKED
    begin, end = int(visit.starts_at.timestamp()), int(visit.ends_at.timestamp())
    return Card(
        visit=visit,
        pk=str(visit.pk),
        url=url,
        who=str(visit.patient or ""),
        rows=frame.rows(begin, end) or Rows(0, 1),
        when=clock_at(begin, zone),
        words=_("In the waiting room") if waits else _words(visit, zone),
        is_late=_is_late(visit, now) and not waits,
        waits=waits,
        steps=steps,
    )


def _is_late(visit: Any, now: datetime) -> bool:
    """Whether the patient should be here by now. Who was booked at the start of it walked in."""
    return (
        visit.status == Status.BOOKED
        and visit.starts_at <= now - LATE_AFTER
        and visit.created < visit.starts_at - LATE_AFTER
    )


def _words(visit: Any, zone: ZoneInfo) -> str:
    if visit.held_until and visit.status == Status.HELD:
        words = _("Held until %(until)s")
        if visit.waits_for_the_patient:
            words = _("Held until %(until)s, waits for the patient’s yes by e-mail")
        return words % {"until": clock(visit.held_until.astimezone(zone))}
    # Of the status itself: `get_status_display` translates all that there are to find one.
    return "" if visit.status == Status.BOOKED else str(Status(visit.status).label)


def _side_by_side(cards: Iterable[Card]) -> list[Card]:
    """Give those that overlap a lane each: of what is over, several may share a time."""
    placed: list[Card] = []
    group: list[Card] = []
    until = 0
    for card in cards:
        if card.rows.t >= until:
            placed += _in_lanes(group)
            group = []
        group.append(card)
        until = max(until, card.rows.t + card.rows.d)
    return placed + _in_lanes(group)


def _in_lanes(group: list[Card]) -> list[Card]:
    if len(group) < 2:
        return group
    ends: list[int] = []  # of the last card in each lane
    lanes: list[int] = []
    for card in group:
        free = next((n for n, end in enumerate(ends) if end <= card.rows.t), None)
        if free is None and len(ends) < LANES:
            free = len(ends)
            ends.append(0)
        free = LANES - 1 if free is None else free
        ends[free] = card.rows.t + card.rows.d
        lanes.append(free + 1)
    return [
        replace(card, lane=lane, lanes=len(ends)) for card, lane in zip(group, lanes, strict=True)
    ]

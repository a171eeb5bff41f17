"""What can become of each visit that cannot take place as booked, and doing it: all, or nothing.

A short list is decided visit by visit, or all at once. A long one is decided by groups; single
visits can be taken out of their group. What is decided for groups is carried out in the background.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.admin import free_times, practice_time
from appointments.admin.visit_time_forms import parse_choice
from appointments.booking import staff_booking
from appointments.booking.rules import NotChangeable
from appointments.booking.visits import cancel
from appointments.calls import phone_notes
from appointments.conflicts import decisions
from appointments.conflicts.detection import CAN_BE_KEPT, Why
from appointments.models import Appointment, ConflictDecision
from appointments.scheduling.availability import Slot
from core.people import phone_numbers
from core.validation.primary_keys import parse_keys

PREFIX = "conflicts-"
KEEP, CANCEL, LATER, MOVE = "keep", "cancel", "later", "move"
MOST_SINGLE = 50  # a longer list is decided by groups; so many times are looked up for one page
CHOICES_FOR_ALL = {
    "each": gettext_lazy("As chosen for each"),
    MOVE: gettext_lazy("Move all: each to the nearest time that is free"),
    CANCEL: gettext_lazy("Cancel all, with a kind e-mail"),
    KEEP: gettext_lazy("Keep all as booked (write why)"),
}


class ChoiceRefused(Exception):
    """A sentence for staff: nothing was done."""


@dataclass
class Row:
    visit: Appointment
    why: Why
    zone: ZoneInfo
    moves: dict[str, str] = field(default_factory=dict)
    chosen: str = ""
    is_new: bool = False  # booked since the list was made

    @property
    def when(self) -> str:
        return practice_time.format_short_datetime(self.visit.starts_at, self.zone)

    @property
    def name(self) -> str:
        return f"{PREFIX}visit-{self.visit.pk}"

    @property
    def group(self) -> str:
        return f"{PREFIX}group-{self.visit.provider_id}-{self.why}"

    @property
    def phone(self) -> str:
        return phone_notes.with_note(phone_numbers.as_link(self.visit.phone), self.visit.contact)

    @property
    def their_clock(self) -> str:
        """When it is on the patient's clock, where that differs from ours."""
        local = self.visit.local_start
        if local.utcoffset() == self.visit.starts_at.astimezone(self.zone).utcoffset():
            return ""
        return practice_time.format_datetime_and_zone(local, self.visit.zone)

    @property
    def preset(self) -> str:
        """What is chosen already: what was sent, else to decide later. Nothing else by itself."""
        return self.chosen or preset_of(self.why)

    @property
    def options(self) -> Iterator[tuple[str, str]]:
        if not preset_of(self.why):
            yield "", _("Please choose")
        yield from self.moves.items()
        yield from options_of(self.why)

    def can_be(self, choice: str) -> bool:
        if choice in (MOVE, CANCEL):
            return True
        return choice in dict(options_of(self.why)) or parse_choice(choice) is not None


@dataclass
class Group:
    """Visits of one provider with the same reason, decided together."""

    name: str
    title: str
    why: Why
    rows: list[Row] = field(default_factory=list)
    chosen: str = ""

    @property
    def options(self) -> Iterator[tuple[str, str]]:
        yield "", _("Please choose")
        yield MOVE, _("Move each to the nearest time that is free")
        yield from options_of(self.why)


def preset_of(why: Why) -> str:
    """Return what a visit is preset to: what can wait is decided later, the rest must be chosen."""
    return "" if why == Why.HOURS else LATER


def options_of(why: Why) -> Iterator[tuple[str, str]]:
    yield CANCEL, _("Cancel, with a kind e-mail")
    if why in CAN_BE_KEPT:
        yield KEEP, _("Keep as booked (write why)")
    if why != Why.HOURS:
        yield LATER, _("Decide later: it stays on the first page")


def rows_of(found: Mapping[int, Why] | Iterable[tuple[int, Why]]) -> list[Row]:
    """Return one for each visit, in order of time. Cheap, however many there are."""
    reasons = dict(found)
    visits = Appointment.objects.filter(pk__in=reasons).order_by("starts_at", "pk")
    zone = practice_time.zone()
    return [
        Row(visit, reasons[visit.pk], zone)
        for visit in visits.select_related("patient", "provider", "service")
    ]


def groups_of(rows: Iterable[Row], data: QueryDict) -> list[Group]:
    """Return these rows by provider and reason, with what was chosen for each group so far."""
    groups: dict[str, Group] = {}
    for row in rows:
        title = f"{row.visit.provider.name}: {row.why.label}"
        group = groups.setdefault(row.group, Group(row.group, title, row.why))
        group.rows.append(row)
        group.chosen = data.get(row.group) or preset_of(row.why)
    return sorted(groups.values(), key=lambda group: group.title)


def offer_moves(rows: Iterable[Row]) -> None:
    """Look up times for each of these, such that no other of them is offered first."""
    offered: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in rows:
        found = [
            slot
            for slot in decisions.alternatives(row.visit)
            if _is_free(row.visit, slot, offered[slot.provider.pk])
        ]
        for slot in found:
            value = free_times.value(slot.starts_at.astimezone(UTC), slot.provider)
            row.moves[value] = _words(row.visit, slot)
            offered[slot.provider.pk].append(_blocked(row.visit, slot))


def _words(visit: Appointment, slot: Slot) -> str:
    if slot.starts_at == visit.starts_at:
        return _("Same time with %(who)s") % {"who": slot.provider.name}
    return free_times.slot_words(slot)


def _blocked(visit: Appointment, slot: Slot) -> tuple[datetime, datetime]:
    by = slot.starts_at - visit.starts_at
    return visit.blocked.lower + by, visit.blocked.upper + by


def _is_free(visit: Appointment, slot: Slot, offered: list[tuple[datetime, datetime]]) -> bool:
    start, end = _blocked(visit, slot)
    return all(end <= lower or upper <= start for lower, upper in offered)


def mark_new(rows: Iterable[Row], data: QueryDict) -> int:
    """Mark what was booked since the list was made. Returns how many."""
    seen = parse_keys(data.getlist(f"{PREFIX}seen"))
    for row in rows:
        row.is_new = row.visit.pk not in seen
    return sum(row.is_new for row in rows)


def read_choices(rows: list[Row], data: QueryDict) -> None:
    """Put onto each row what was chosen for it. Raises ChoiceRefused where that cannot be."""
    for_all = data.get(f"{PREFIX}all", "each")
    for row in rows:
        of_group = data.get(row.group, "")
        row.chosen = data.get(row.name, of_group) if for_all == "each" else for_all
    if mark_new(rows, data):
        raise ChoiceRefused(
            _("Visits were booked meanwhile: they are marked as new. Please look at the list.")
        )
    for row in rows:
        if not row.chosen:
            raise ChoiceRefused(_("Please choose what becomes of each group."))
        if not row.can_be(row.chosen):
            raise ChoiceRefused(
                _("%(when)s: this choice cannot be had (any more). Please choose again.")
                % {"when": row.when}
            )


def apply_choices(rows: list[Row], *, by: str, reason: str) -> None:
    """Carry them out in the caller's transaction.

    Raises ChoiceRefused, and then the caller must roll back. Of a long list moves and cancelling
    are written down for the background, but for the times that were chosen visit by visit.
    """
    if not reason and any(row.chosen == KEEP for row in rows):
        raise ChoiceRefused(_("Please write why visits are kept."))
    ConflictDecision.objects.filter(appointment__in=[row.visit.pk for row in rows]).delete()
    at_once = rows
    if len(rows) > MOST_SINGLE:
        at_once = [row for row in rows if row.chosen not in (MOVE, CANCEL, KEEP, LATER)]
        for choice in (MOVE, CANCEL):
            visits = [row.visit for row in rows if row.chosen == choice]
            decisions.decide(visits, choice, by=by, reason=reason)
        staff_booking.keep_all([row.visit for row in rows if row.chosen == KEEP], reason=reason)
    for row in at_once:
        try:
            _do(row, by, reason)
        except (*decisions.REFUSALS, NotChangeable) as error:
            text = _(
                "%(when)s: this choice cannot be had any more. "
                "The new time is taken, or the visit was changed."
            )
            raise ChoiceRefused(text % {"when": row.when}) from error


def _do(row: Row, by: str, reason: str) -> None:
    if row.chosen == CANCEL:
        cancel(row.visit, by=by, reason=reason)
    elif row.chosen == KEEP:
        staff_booking.keep(row.visit, reason=reason)
    elif row.chosen == MOVE:
        decisions.move_to_nearest(row.visit, by=by)
    elif row.chosen != LATER and (slot := parse_choice(row.chosen)):
        starts_at, provider = slot
        staff_booking.move_for_patient(row.visit, provider=provider, starts_at=starts_at, by=by)

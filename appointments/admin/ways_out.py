"""What can become of each visit that cannot take place as booked, and doing it: all, or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import availability, booking
from appointments.admin import free_times, office
from appointments.availability import Slot
from appointments.disrupted import CAN_BE_KEPT, Why
from appointments.models import Appointment, Provider

PREFIX = "affected-"
BEFORE, AFTER = timedelta(days=3), timedelta(days=14)
OTHERS = 3
KEEP, CANCEL, LATER = "keep", "cancel", "later"
FOR_ALL = {
    "each": gettext_lazy("As chosen for each"),
    "move": gettext_lazy("Move all: to the first time that is offered for each"),
    CANCEL: gettext_lazy("Cancel all, with a kind e-mail"),
    KEEP: gettext_lazy("Keep all as booked (write why)"),
}


class Refused(Exception):
    """A sentence for staff: nothing was done."""


@dataclass
class Row:
    visit: Appointment
    why: Why
    when: str
    moves: dict[str, tuple[str, Slot]] = field(default_factory=dict)
    chosen: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}visit-{self.visit.pk}"

    @property
    def options(self) -> Iterator[tuple[str, str]]:
        for value, (label, _slot) in self.moves.items():
            yield value, label
        yield CANCEL, _("Cancel, with a kind e-mail")
        if self.why in CAN_BE_KEPT:
            yield KEEP, _("Keep as booked (write why)")
        if self.why != Why.HOURS:
            yield LATER, _("Decide later: it stays on the first page")


def rows_of(found: Mapping[int, Why] | Iterable[tuple[int, Why]]) -> list[Row]:
    """One for each visit, in order of time, with times that no other row is offered first."""
    reasons = dict(found)
    visits = Appointment.objects.filter(pk__in=reasons).order_by("starts_at", "pk")
    zone = office.zone()
    rows = [
        Row(visit, reasons[visit.pk], office.near_moment(visit.starts_at, zone))
        for visit in visits.select_related("patient", "provider", "service")
    ]
    offered: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in rows:
        for label, slot in _moves(row.visit):
            if _is_free(row.visit, slot, offered[slot.provider.pk]):
                row.moves[free_times.value(slot.starts_at.astimezone(UTC), slot.provider)] = (
                    label,
                    slot,
                )
        for _label, slot in list(row.moves.values()):
            offered[slot.provider.pk].append(_blocked(row.visit, slot))
    return rows


def _moves(visit: Appointment) -> Iterator[tuple[str, Slot]]:
    """The same time with others, the nearest with the same provider, the nearest with anyone."""
    start = visit.starts_at
    grid = availability.grid(
        visit.service, visit.state, first=start - BEFORE, last=start + AFTER, moving=visit
    )
    others = [who for who in grid.free_at(start) if who != visit.provider]
    for who in others[:OTHERS]:
        yield _("Same time with %(who)s") % {"who": who.name}, Slot(start, who)
    zone = office.zone()
    for slot in free_times.closest(grid, start, first=visit.provider, own=2, others=6):
        if slot.starts_at != start:
            facts = {"when": office.near_moment(slot.starts_at, zone), "who": slot.provider.name}
            yield _("%(when)s with %(who)s") % facts, slot


def _blocked(visit: Appointment, slot: Slot) -> tuple[datetime, datetime]:
    by = slot.starts_at - visit.starts_at
    return visit.blocked.lower + by, visit.blocked.upper + by


def _is_free(visit: Appointment, slot: Slot, offered: list[tuple[datetime, datetime]]) -> bool:
    start, end = _blocked(visit, slot)
    return all(end <= lower or upper <= start for lower, upper in offered)


def answer(rows: list[Row], data: QueryDict) -> None:
    """Put onto each row what was chosen for it. Raises Refused where that cannot be."""
    for_all = data.get(f"{PREFIX}all", "each")
    seen = set(data.getlist(f"{PREFIX}seen"))
    for row in rows:
        row.chosen = data.get(row.name, "") if for_all == "each" else for_all
        if for_all == "move":
            row.chosen = next(iter(row.moves), "")
    if not {str(row.visit.pk) for row in rows} <= seen:
        raise Refused(_("Visits were booked meanwhile. Please look at the list once more."))
    for row in rows:
        if row.chosen not in dict(row.options):
            raise Refused(
                _("%(when)s: this choice cannot be had (any more). Please choose again.")
                % {"when": row.when}
            )


def carry_out(rows: list[Row], *, by: str, reason: str) -> None:
    """In the caller's transaction. Raises Refused, and then the caller must roll back."""
    for row in rows:
        try:
            _do(row, by, reason)
        except booking.OutsideRules as error:
            text = _("Please write why visits are kept.")
            if row.chosen != KEEP:
                text = _("%(when)s: the new time is taken meanwhile.") % {"when": row.when}
            raise Refused(text) from error
        except (booking.SlotTaken, booking.NotLicensed, booking.NotChangeable) as error:
            text = _("%(when)s: the new time is taken meanwhile, or the visit was changed.")
            raise Refused(text % {"when": row.when}) from error


def _do(row: Row, by: str, reason: str) -> None:
    if row.chosen == CANCEL:
        booking.cancel(row.visit, by=by, reason=reason)
    elif row.chosen == KEEP:
        booking.keep(row.visit, reason=reason)
    elif row.chosen != LATER:
        _label, slot = row.moves[row.chosen]
        provider: Provider = slot.provider
        booking.move_for_patient(row.visit, provider=provider, starts_at=slot.starts_at, by=by)

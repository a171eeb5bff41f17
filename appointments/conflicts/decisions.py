"""What staff decided for many visits that cannot take place as booked, carried out one by one.

The change and the decisions are saved together, in a moment. Moving or cancelling two thousand
visits and writing their mails takes a minute: no provider may stay locked, and nobody wait, for so
long. Each visit is a transaction of its own. What cannot be carried out stands on the list of
visits that need somebody; what was not reached before a worker died, the next run does.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from appointments.booking import staff_booking
from appointments.booking.patients import AtTheSameTime
from appointments.booking.rules import NotChangeable, SlotTaken
from appointments.booking.staff_booking import NotLicensed, OutsideRules
from appointments.booking.visits import cancel
from appointments.conflicts import detection
from appointments.models import Appointment, ConflictDecision, Provider
from appointments.scheduling import availability
from appointments.scheduling.availability import Grid, Slot
from core import broker
from core.database import database_time

log = logging.getLogger(__name__)

TASK = "appointments.tasks.carry_out_decisions"
RUN_FOR = 45  # seconds; the next minute's run goes on
BEFORE, AFTER = timedelta(days=3), timedelta(days=14)
OTHERS = 3
Choice = ConflictDecision.Choice

REFUSALS = (
    SlotTaken,
    NotLicensed,
    OutsideRules,
    AtTheSameTime,
)


def decide(visits: Iterable[Appointment], choice: str, *, by: str, reason: str) -> None:
    """Let these be moved or cancelled soon. In the caller's transaction; replaces what was decided.

    Whoever reads the list of visits that need somebody does not see them any more.
    """
    rows = [
        ConflictDecision(appointment=visit, choice=choice, by=by, reason=reason) for visit in visits
    ]
    ConflictDecision.objects.filter(appointment__in=[row.appointment_id for row in rows]).delete()
    ConflictDecision.objects.bulk_create(rows)
    if rows:
        broker.publish_on_commit(TASK, expires=50)


def waiting() -> int:
    """How many decisions are about to be carried out."""
    return _open().count()


def carry_out() -> int:
    """Carry out what was decided, for at most RUN_FOR seconds; how many visits were settled.

    Any number of workers may run it at once. A visit that is no conflict any more is left alone.
    What is decided meanwhile is for the next run: this one does not know its conflicts.
    """
    ends, settled = time.monotonic() + RUN_FOR, 0
    decided = list(_open().order_by("pk").values_list("pk", flat=True))
    conflicts = {pk for pk, _why in detection.all_of()} if decided else set()
    try:
        for pk in decided:
            if time.monotonic() >= ends:
                break
            settled += _carry_out(pk, conflicts)
    except OperationalError as error:  # a deadlock, or a lock that was not to be had: next minute
        log.warning("decisions are carried out later: %s", type(error).__name__)
    return settled


def _open() -> QuerySet[ConflictDecision]:
    return ConflictDecision.objects.filter(failed_at=None)


@transaction.atomic
def _carry_out(pk: int, conflicts: set[int]) -> bool:
    """Whether the visit was settled here, and not by another worker."""
    decision = _open().select_for_update(skip_locked=True).filter(pk=pk).first()
    if decision is None:
        return False
    visits = Appointment.objects.select_related("provider", "service", "patient")
    visit = visits.get(pk=decision.appointment_id)
    if visit.pk not in conflicts:
        decision.delete()
        return False
    try:
        if decision.choice == Choice.CANCEL:
            cancel(visit, by=decision.by, reason=decision.reason)
        else:
            move_to_nearest(visit, by=decision.by)
    except NotChangeable:
        decision.delete()  # somebody was faster
        return False
    except SlotTaken:
        decision.failed_at = database_time.now()
        decision.save(update_fields=["failed_at"])
        return False
    decision.delete()
    return True


def move_to_nearest(visit: Appointment, *, by: str) -> Appointment:
    """Move the visit to the first of `alternatives` that can be had.

    Raises SlotTaken where there is none, and NotChangeable.
    """
    for slot in alternatives(visit):
        provider: Provider = slot.provider
        try:
            return staff_booking.move_for_patient(
                visit, provider=provider, starts_at=slot.starts_at, by=by
            )
        except REFUSALS:
            continue
    raise SlotTaken


def alternatives(visit: Appointment) -> Iterator[Slot]:
    """Return where it could go instead, later times before earlier ones, never to another calling.

    First the same time with others, then the nearest with the same provider, then with anyone.
    """
    start = visit.starts_at
    found = availability.grid(
        visit.service, visit.state, first=start - BEFORE, last=start + AFTER, moving=visit
    )
    alike = {who: at for who, at in found.starts.items() if same_profession(who, visit.provider)}
    others = [who for who in Grid(alike).free_at(start) if who != visit.provider]
    for who in others[:OTHERS]:
        yield Slot(start, who)
    second = start.timestamp()
    for is_later in (True, False):
        part = Grid({who: [s for s in at if (s > second) is is_later] for who, at in alike.items()})
        for slot in availability.closest(part, start, first=visit.provider, own=2, others=6):
            if slot.starts_at != start:
                yield slot


def same_profession(one: Provider, other: Provider) -> bool:
    """Whether they share a credential, "PMHNP" of "MSN, PMHNP-BC", or neither names any."""
    first, second = _credentials(one), _credentials(other)
    return first == second or bool(first & second)


def _credentials(who: Provider) -> set[str]:
    """Return each without its dots and without the board's "-BC"."""
    words = re.split(r"[,;/\s]+", who.credentials.casefold().replace(".", ""))
    return {word.partition("-")[0] for word in words if word}

"""Reminders: which ones are due and not yet written, and until when each makes sense.

The rules, all in terms of the visit as it stands now:

- A reminder is due so many hours before the start as its service says.
- It makes sense until half an hour before the next one is due, the last one until the visit
  begins. So after an outage a patient gets the latest that is due, and no two in a row.
- It is not written when another mail about the visit was, later than half an hour before it was
  due: who books or moves a visit at short notice has just read its time.
- Only a booked visit is reminded of. Moved, it has a new `sequence` and reminders of its own.

Nothing is remembered between runs: what the outbox holds says what was sent.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from appointments.emails import visit_emails, visit_outbox
from appointments.models import Appointment, Call, CallStatus, Service
from appointments.models.appointment_status import AppointmentQuerySet
from core.database import database_time
from core.mail.models import OutgoingEmail

log = logging.getLogger(__name__)

APART = timedelta(minutes=30)
BATCH = 20


class Reminder(NamedTuple):
    """`hours` before the start; `next_hours` is the one after it, 0 where the visit comes next."""

    hours: int
    next_hours: int

    @property
    def due(self) -> timedelta:
        return timedelta(hours=self.hours)

    @property
    def over(self) -> timedelta:
        """How long before the start it makes no sense any more."""
        return timedelta(hours=self.next_hours) + APART if self.next_hours else timedelta(0)


def write_due() -> int:
    """Write every reminder that is due to the outbox. Returns how many.

    Safe to run twice and at once. Two queries for each kind of reminder, and what is due.
    """
    now = database_time.now()
    return sum(_write(kind, services, now) for kind, services in kinds().items())


def kinds() -> dict[Reminder, list[int]]:
    """Each kind of reminder there is, with the services that have it."""
    found = defaultdict(list)
    for service, hours in Service.objects.values_list("pk", "reminder_hours"):
        for ahead, following in pairwise([*sorted(set(hours) - {0}, reverse=True), 0]):
            found[Reminder(ahead, following)].append(service)
    return found


def due(kind: Reminder, services: Iterable[int], now: datetime) -> AppointmentQuerySet:
    """Visits whose reminder of that kind is to be written now."""
    about = Concat(Value(visit_outbox.ABOUT), Cast(OuterRef("pk"), CharField()))
    told = OutgoingEmail.objects.filter(
        about=about, created_at__gt=OuterRef("starts_at") - (kind.due + APART)
    ).exclude(about="")  # spelled out, for the index
    called = Call.objects.filter(
        appointment=OuterRef("pk"), created__gt=OuterRef("starts_at") - (kind.due + APART)
    )
    to_be_called = called.exclude(status=CallStatus.DROPPED)
    return (
        Appointment.objects.upcoming(now)
        .filter(service__in=services, starts_at__gt=now + kind.over, starts_at__lte=now + kind.due)
        .exclude(Exists(told))
        .exclude(Q(email="") & Exists(called) | Exists(to_be_called))
    )


def _write(kind: Reminder, services: list[int], now: datetime) -> int:
    seen: set[int] = set()
    written = 0
    while True:
        with transaction.atomic():
            batch = _lock(due(kind, services, now).exclude(pk__in=seen))
            written += sum(_remind(visit, kind) for visit in batch)
        seen.update(visit.pk for visit in batch)
        if not batch:
            return written


def _lock(visits: AppointmentQuerySet) -> list[Appointment]:
    """The first of them, kept as they are while their reminders are written.

    Only their own rows, and only those that nobody is changing at this moment: the next run looks
    at the others again. So no reminder can follow a cancellation, and no booking waits.
    """
    return list(
        visits.select_related("patient")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("starts_at")[:BATCH]
    )


def _remind(visit: Appointment, kind: Reminder) -> bool:
    try:
        with transaction.atomic():
            return visit_emails.reminder(visit, kind.hours, not_after=visit.starts_at - kind.over)
    except Exception as error:  # one visit that cannot be told must not silence the others
        log.warning("visit %s has no reminder: %s", visit.pk, type(error).__name__)
        return False

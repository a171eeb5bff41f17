"""The waitlist and the visits of who waits: each asks about the other.

Only pages that a mail led to do so. A browser that typed a name, birth date and address proves
nothing about them, and is told of neither.
"""

from appointments.booking import patients
from appointments.models import Appointment, Status, WaitlistEntry
from appointments.models.waitlist_entries import EntryQuerySet
from core.database import database_time


def visits_of(entry: WaitlistEntry) -> list[Appointment]:
    """The upcoming visits of who waits, as far as mails about them go to the same address."""
    ahead = Appointment.objects.upcoming(database_time.now())
    visits = ahead.of_address(entry.email) if entry.email else ahead.filter(email="")
    mine = visits.filter(patient__in=patients.known_as(entry.person))
    return list(mine.select_related("service", "provider", "patient").order_by("starts_at"))


def entries_beside(visit: Appointment) -> EntryQuerySet:
    """Places in line for the same kind of visit in the same state, of whom the visit is for.

    Not those that the patient has said to keep beside this visit.
    """
    now = database_time.now()
    if visit.patient is None or visit.status != Status.BOOKED or visit.starts_at <= now:
        return WaitlistEntry.objects.none()
    waiting = WaitlistEntry.objects.waiting(now).of_visit(visit)
    return waiting.exclude(kept_beside=visit)


def keep_beside(visit: Appointment) -> int:
    """The patient has this visit and keeps the place: they are not asked again. How many places."""
    return entries_beside(visit).update(kept_beside=visit)

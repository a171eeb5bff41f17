"""A series of follow-ups before it is booked: what is in the way of each, and what is free."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from appointments.admin import free_times, practice_time
from appointments.booking import follow_ups, patients
from appointments.models import Appointment, HoursException, Provider, Service
from appointments.scheduling import availability, series
from appointments.scheduling.availability import Slot
from core.database import database_time

LEAVE_OUT = "none"
NEAR = timedelta(days=6)


@dataclass
class Row:
    nth: int
    when: str
    conflict: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    chosen: str = ""

    @property
    def name(self) -> str:
        return f"row-{self.nth}"


def preview(visit: Appointment, asked: dict) -> list[Row]:
    """Return each visit with what is in its way and the nearest free times. Nothing is kept yet."""
    service, provider = follow_ups.planned_ahead(asked["service"]), asked["provider"]
    number = asked["number"] or series.MOST
    times = series.starts(
        visit.starts_at, visit.patient_zone, asked["every"], number=number, until=asked["until"]
    )
    if not times:
        return []
    grid = availability.grid(service, visit.state, first=times[0] - NEAR, last=times[-1] + NEAR)
    theirs = _visits_of_patient(visit, times[0], times[-1] + service.length)
    rows, taken = [], set()
    for nth, start in enumerate(times):
        row = Row(nth, practice_time.format_datetime(start))
        slots = [Slot(start, provider)] if provider in grid.free_at(start) else []
        if not slots:
            row.conflict = _why_not(provider, service, visit.state, start)
            near = availability.closest(grid, start, first=provider, own=3, others=3)
            slots = [slot for slot in near if abs(slot.starts_at - start) <= NEAR]
        elif others := _overlapping(theirs, start, start + service.length):
            row.conflict = _("The patient has a visit then: %(which)s") % {
                "which": "; ".join(map(free_times.visit_words, others))
            }
        for slot in slots:
            value = free_times.value(slot.starts_at.astimezone(UTC), slot.provider)
            if value not in taken:
                row.options.append((value, free_times.slot_words(slot)))
        if row.options:
            taken.add(row.options[0][0])
        row.options.append((LEAVE_OUT, _("Leave this one out")))
        rows.append(row)
    return rows


def _visits_of_patient(visit: Appointment, first: datetime, last: datetime) -> list[Appointment]:
    return patients.at_that_time(visit.patient, first, last) if visit.patient else []


def _overlapping(visits: list[Appointment], start: datetime, end: datetime) -> list[Appointment]:
    return [one for one in visits if one.starts_at < end and start < one.ends_at]


def _why_not(provider: Provider, service: Service, state: str, start: datetime) -> str:
    licensed = Provider.objects.licensed_in(state).filter(pk=provider.pk).first()
    if licensed is None or start.timestamp() >= availability.license_end(
        licensed.licensed_until, state
    ):
        return _("The license has ended by then")
    day = start.astimezone(provider.zone).date()
    off = HoursException.objects.touching(day, day).of([provider.pk])
    for row in off.filter(kind=HoursException.Kind.TIME_OFF):
        what = _("Time off") if row.provider_id else _("Closed")
        return f"{what}: {row.note}" if row.note else what
    ends = start + service.length
    busy = Appointment.objects.blocking(database_time.now()).filter(provider=provider)
    if busy.overlapping(start, ends).exists():
        return _("Taken")
    return _("Outside the hours, or a limit is reached")

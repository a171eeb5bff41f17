"""Each visit as it took place, so far as it did."""

from collections.abc import Iterator
from dataclasses import dataclass

from appointments.models import Appointment, Status
from appointments.patient_records.fhir import bookings, people
from appointments.patient_records.fhir.elements import (
    TERMINOLOGY,
    Resource,
    coding,
    identifier,
    period,
    reference,
    resource,
)
from appointments.patient_records.fhir.parts import Subject
from visits.models import Visit

VIRTUAL = coding(f"{TERMINOLOGY}v3-ActCode", "VR", "virtual")
OUTCOMES = {
    Visit.Outcome.COMPLETED: "finished",
    Visit.Outcome.BY_PHONE: "finished",
    Visit.Outcome.FAILED: "cancelled",
    Visit.Outcome.NO_SHOW: "cancelled",
}
# Of those without a room here: by phone, or in a video room elsewhere.
WITHOUT_ROOM = {Status.CHECKED_IN: "in-progress", Status.COMPLETED: "finished"}


@dataclass(frozen=True)
class Encounters:
    """The rooms of a record's visits, by the key of their appointment."""

    subject: Subject
    visits: dict[int, Visit]

    @classmethod
    def of(cls, subject: Subject) -> "Encounters":
        """Return those of this record. One query."""
        rows = Visit.objects.filter(appointment__in=subject.pks)
        return cls(subject, {row.appointment_id: row for row in rows})

    def has(self, appointment: Appointment) -> bool:
        """Return whether it took place, or was begun."""
        return appointment.pk in self.visits or appointment.status in WITHOUT_ROOM

    def reference(self, appointment: Appointment) -> Resource | None:
        """Return the reference to it; None where there is none."""
        return reference("Encounter", appointment.uid) if self.has(appointment) else None

    def resources(self) -> Iterator[Resource]:
        """Return an encounter for each."""
        for appointment in self.subject.appointments:
            if self.has(appointment):
                yield self._encounter(appointment, self.visits.get(appointment.pk))

    def _encounter(self, appointment: Appointment, visit: Visit | None) -> Resource:
        attender = bookings.attended_by(appointment.provider)
        began, ended = appointment.starts_at, None
        if visit:
            began, ended = visit.admitted_at or visit.opened_at, visit.ended_at
        elif appointment.status == Status.COMPLETED:
            ended = appointment.ends_at
        met = resource(
            *("Encounter", appointment.uid),
            identifier=identifier("encounter", appointment.uid),
            status=_status(appointment, visit),
            type=[bookings.service_type(appointment)],
            subject=self.subject.reference,
            participant=[{"type": attender["type"], "individual": attender["actor"]}],
            appointment=[reference("Appointment", appointment.uid)],
            period=period(began, ended),
            location=[{"location": reference("Location", appointment.state)}],
            serviceProvider=people.clinic(),
        )
        return met | {"class": VIRTUAL}


def _status(appointment: Appointment, visit: Visit | None) -> str:
    if visit is None:
        return WITHOUT_ROOM[Status(appointment.status)]
    if visit.outcome:
        return OUTCOMES[Visit.Outcome(visit.outcome)]
    if not appointment.is_live:
        return "finished" if appointment.status == Status.COMPLETED else "cancelled"
    if visit.admitted_at or visit.by_phone_at:
        return "in-progress"
    return "arrived" if visit.knocked_at else "planned"

"""What was booked: the provider's schedule, the time that is taken in it, and the appointment."""

from collections.abc import Iterator

from appointments.models import Appointment, Provider, Status
from appointments.patient_records.fhir import people
from appointments.patient_records.fhir.elements import (
    TERMINOLOGY,
    Resource,
    coding,
    concept,
    identifier,
    instant,
    reference,
    resource,
)
from appointments.patient_records.fhir.parts import Subject

STATUS = {
    Status.HELD: "pending",
    Status.BOOKED: "booked",
    Status.CHECKED_IN: "checked-in",
    Status.COMPLETED: "fulfilled",
    Status.NO_SHOW: "noshow",
    Status.CANCELLED: "cancelled",
    # Never confirmed: it ended before it was booked.
    Status.RELEASED: "cancelled",
    Status.EXPIRED: "cancelled",
}
ENDED_EARLY = ("cancelled", "noshow")
ATTENDER = coding(f"{TERMINOLOGY}v3-ParticipationType", "ATND", "attender")


def resources(subject: Subject) -> Iterator[Resource]:
    """Return a schedule for each provider; of each visit its slot, if it keeps one, and itself."""
    for provider in {each.provider_id: each.provider for each in subject.appointments}.values():
        yield _schedule(provider)
    for appointment in subject.appointments:
        if _keeps_its_time(appointment):
            yield _slot(appointment)
        yield _appointment(subject, appointment)


def service_type(appointment: Appointment) -> Resource:
    """Return the kind of visit, in the clinic's own words."""
    return concept(appointment.service.name)


def attended_by(provider: Provider) -> Resource:
    """Return the provider as one who takes part: without what differs by resource."""
    return {"type": [concept("", ATTENDER)], "actor": people.provider(provider)}


def _schedule(provider: Provider) -> Resource:
    return resource(
        *("Schedule", provider.pk),
        of_patient=False,
        identifier=identifier("schedule", provider.slug),
        active=provider.active,
        actor=[people.provider(provider)],
    )


def _keeps_its_time(appointment: Appointment) -> bool:
    return STATUS[Status(appointment.status)] != "cancelled"


def _slot(appointment: Appointment) -> Resource:
    return resource(
        *("Slot", appointment.uid),
        serviceType=[service_type(appointment)],
        schedule=reference("Schedule", appointment.provider_id),
        status="busy",
        start=instant(appointment.starts_at),
        end=instant(appointment.ends_at),
    )


def _appointment(subject: Subject, appointment: Appointment) -> Resource:
    status = STATUS[Status(appointment.status)]
    slot = [reference("Slot", appointment.uid)] if _keeps_its_time(appointment) else []
    answer = "needs-action" if status == "pending" else "accepted"
    return resource(
        *("Appointment", appointment.uid),
        identifier=identifier("appointment", appointment.uid),
        status=status,
        cancelationReason=_reason(appointment) if status in ENDED_EARLY else None,
        serviceType=[service_type(appointment)],
        description=f"{appointment.service.name}, {appointment.service.get_channel_display()}",
        start=instant(appointment.starts_at),
        end=instant(appointment.ends_at),
        minutesDuration=appointment.minutes,
        slot=slot,
        created=instant(appointment.created),
        participant=[
            {"actor": subject.reference, "required": "required", "status": answer},
            attended_by(appointment.provider) | {"required": "required", "status": "accepted"},
            {"actor": reference("Location", appointment.state), "status": "accepted"},
        ],
    )


def _reason(appointment: Appointment) -> Resource | None:
    words = [str(appointment.status_reason or ""), appointment.cancel_reason]
    said = ": ".join(each for each in words if each)
    return concept(said) if said else None

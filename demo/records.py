"""The rows of a planned visit: the visit, its patient, consents and history, as if it had grown.

The database stamps the time of an insert; what happened earlier is written with statements of its
own. History can be added to and never changed, so that each row must be right at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from psycopg2.extras import execute_values

from appointments.models import Appointment, Consent, ConsentText, Patient, Status
from core.people import email_addresses
from demo import patients as people
from demo.plan import Visit

FILLING_IN = timedelta(minutes=3)  # from the choice of a time to the booking
FRONT_DESK = "staff: Robin Vale"
CREATED = """
    UPDATE appointments_appointment AS visit SET created = given.created
    FROM (VALUES %s) AS given (id, created) WHERE visit.id = given.id
"""
HISTORY = """
    INSERT INTO appointments_appointmentevent
        (pgh_label, pgh_obj_id, provider_id, starts_at, pgh_created_at,
         status, sequence, changed_by)
    VALUES %s
"""


def create_records(visits: list[Visit], now: datetime) -> None:
    """Write the rows of these visits."""
    patients = people.create_patients([visit.person for visit in visits])
    rows = [_row(visit, patients[visit.person.email], now) for visit in visits]
    pairs = list(zip(visits, Appointment.objects.bulk_create(rows), strict=True))
    texts = ConsentText.current()
    Consent.objects.bulk_create(
        Consent(
            text=text,
            appointment=row,
            given=visit.booked_at(now),
            page="appointments:details",
            address_hash=email_addresses.keyed_hash(row.email),
        )
        for visit, row in pairs
        for text in texts
    )
    if pairs:
        with connection.cursor() as cursor:
            created = [(row.pk, visit.booked_at(now) - FILLING_IN) for visit, row in pairs]
            execute_values(cursor.cursor, CREATED, created)
            history = [line for visit, row in pairs for line in _history(visit, row, now)]
            execute_values(cursor.cursor, HISTORY, history)


def _row(visit: Visit, patient: Patient, now: datetime) -> Appointment:
    status = visit.status_at(now)
    return Appointment(
        uid=visit.uid,
        status=status,
        provider=visit.provider,
        service=visit.service,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        blocked=visit.blocked,
        state=visit.person.state,
        zone=visit.zone,
        patient=patient,
        email=patient.email,
        phone=patient.phone,
        contact=Appointment.Contact.values[visit.uid.int % 3],
        sequence=int(status == Status.CANCELLED),
        proved=True,  # they have answered our mails: no wave of bookings that nobody stands for
        changed_by=_by(status),
    )


def _by(status: Status) -> str:
    return "patient" if status in (Status.BOOKED, Status.CANCELLED) else FRONT_DESK


def _history(visit: Visit, row: Appointment, now: datetime) -> Iterator[tuple]:
    """From held to booked, and on to what it is now."""
    same = ("changed", row.pk, visit.provider.pk, visit.starts_at)
    booked_at = visit.booked_at(now)
    yield (*same, booked_at, Status.BOOKED.value, 0, "patient")
    last = {
        Status.CANCELLED: booked_at + (min(visit.starts_at, now) - booked_at) / 2,
        Status.CHECKED_IN: visit.starts_at,
        Status.COMPLETED: visit.ends_at,
        Status.NO_SHOW: visit.starts_at + timedelta(minutes=15),
    }
    status = Status(row.status)
    if status in last:
        yield (*same, last[status], status.value, row.sequence, row.changed_by)

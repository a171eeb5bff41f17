"""What an address and a patient have already, as a booking asks for it: read at once."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from appointments.booking import first_visits
from appointments.booking.first_visits import FirstVisit
from appointments.booking.patients import PatientDetails
from appointments.models import Appointment, Patient, Status

AHEAD = (Status.BOOKED, Status.HELD, Status.EXPIRED)
OF_PATIENT = (Status.BOOKED, Status.HELD, Status.CHECKED_IN, Status.COMPLETED)


class _Row(NamedTuple):
    pk: int
    status: str
    starts_at: datetime
    ends_at: datetime
    held_until: datetime | None
    visitor: str
    series: UUID | None
    patient: int | None
    address: str
    phone: object


class KnownVisits(NamedTuple):
    """How many visits ahead there are of one e-mail address; without any, of one phone number.

    upcoming: booked and not begun.
    waiting: kept until the link that was mailed is used.
    own: those that this very browser has booked, whatever became of them: it may be told so, since
    it is told the same of an address that nobody else has booked with.

    Of the patient: whether they have a visit at that time, whose buffers do not count, and whether
    they have another first visit within a week.
    """

    upcoming: int
    waiting: int
    own: int
    has_one_then: bool
    has_another_first: bool


def read(
    hold: Appointment, details: PatientDetails, patient: Patient, now: datetime
) -> KnownVisits:
    """Return what counts when these `details` are booked for `hold`."""
    address, phone = details.email.strip().lower(), details.phone
    reached = Q(address=address) & ~Q(email="") if address else Q(email="", phone=phone)
    ahead = reached & Q(starts_at__gt=now, status__in=AHEAD)
    theirs = Q(patient=patient, status__in=OF_PATIENT)
    found = Appointment.objects.annotate(address=Lower("email")).filter(ahead | theirs).order_by()
    rows = [_Row(*row) for row in found.values_list(*_Row._fields) if row[0] != hold.pk]
    of_address = [
        row
        for row in rows
        if row.address == address and (address or row.phone == phone)
        if row.starts_at > now and row.status in AHEAD
    ]
    own = [row for row in rows if row.patient == patient.pk]
    return KnownVisits(
        upcoming=sum(row.status == Status.BOOKED for row in of_address),
        waiting=sum(_is_kept(row, now) for row in of_address),
        own=sum(row.visitor == hold.visitor for row in of_address),
        has_one_then=any(_is_then(row, hold, now) for row in own),
        has_another_first=first_visits.is_among(
            [FirstVisit(row.pk, row.status, row.starts_at, row.series) for row in own], hold
        ),
    )


def _is_kept(row: _Row, now: datetime) -> bool:
    return row.status == Status.HELD and bool(row.held_until and row.held_until > now)


def _is_then(row: _Row, hold: Appointment, now: datetime) -> bool:
    """Whether it shares a minute with the hold and is booked, or here, or kept so long."""
    stands = row.status in (Status.BOOKED, Status.CHECKED_IN) or _is_kept(row, now)
    return stands and row.starts_at < hold.ends_at and row.ends_at > hold.starts_at

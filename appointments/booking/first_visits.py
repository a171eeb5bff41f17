"""Whether somebody has two first visits within a week: one is enough for most, and asked about.

Nobody is told on a page that a typed address opens: by the mail to that very address, on the pages
behind its link, and in the browser that booked both within the hour.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from appointments.links import HANDED_FOR
from appointments.models import Appointment, Status
from appointments.models.appointment_status import LIVE
from core.database import database_time

WITHIN = timedelta(days=7)
TOOK_PLACE = (Status.CHECKED_IN, Status.COMPLETED)


class FirstVisit(NamedTuple):
    """A visit of the patient, as far as it is asked here."""

    pk: int
    status: str
    starts_at: datetime
    series: UUID | None


def other_first_visit(visit: Appointment) -> Appointment | None:
    """Return the patient's other visit ahead within a week of this, where none took place yet."""
    pk = _other(visit)
    if pk is None:
        return None
    return Appointment.objects.select_related("provider", "service").filter(pk=pk).first()


def has_another(visit: Appointment) -> bool:
    """Return whether there is one: every booking's mail asks, and needs no more of it."""
    return _other(visit) is not None


def is_among(visits: Iterable[FirstVisit], visit: Appointment) -> bool:
    """Return the same of a patient's visits that were read already, in any order."""
    return _other_of(sorted(visits, key=lambda one: (one.starts_at, one.pk)), visit) is not None


def _other(visit: Appointment) -> int | None:
    """Return its key. A patient has few visits: they are read, which is less work than to ask."""
    rows = Appointment.objects.filter(
        patient=visit.patient_id, patient__isnull=False, status__in=(*TOOK_PLACE, Status.BOOKED)
    )
    of_patient = rows.order_by("starts_at", "pk").values_list("pk", "status", "starts_at", "series")
    return _other_of([FirstVisit(*row) for row in of_patient], visit)


def _other_of(visits: Sequence[FirstVisit], visit: Appointment) -> int | None:
    if any(one.status in TOOK_PLACE for one in visits):
        return None
    now = database_time.now()
    for one in visits:
        is_other = one.pk != visit.pk and (visit.series is None or one.series != visit.series)
        is_near = one.starts_at > now and abs(one.starts_at - visit.starts_at) <= WITHIN
        if one.status == Status.BOOKED and is_other and is_near:
            return one.pk
    return None


def booked_in_this_browser(hold: Appointment) -> Appointment | None:
    """Return what the browser that has this hold booked within the hour, for a time within a week.

    So long its own page is open there as well: see `links.HANDED_FOR`.
    """
    now = database_time.now()
    if not hold.visitor:
        return None
    booked = Appointment.objects.filter(
        visitor=hold.visitor,
        patient__isnull=False,
        made_by_staff=False,  # as the index of what was taken of late
        status__in=LIVE,
        created__gt=now - HANDED_FOR,
        starts_at__gt=now,
        starts_at__range=(hold.starts_at - WITHIN, hold.starts_at + WITHIN),
    ).exclude(pk=hold.pk)
    return booked.select_related("provider", "service").order_by("starts_at", "pk").first()

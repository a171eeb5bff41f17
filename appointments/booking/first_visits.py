"""Whether somebody has two first visits within a week: one is enough for most, and asked about.

Nobody is told on a page that a typed address opens: by the mail to that very address, on the pages
behind its link, and in the browser that booked both within the hour.
"""

from datetime import timedelta

from appointments.links import HANDED_FOR
from appointments.models import Appointment, Status
from appointments.models.appointment_status import LIVE
from core.database import database_time

WITHIN = timedelta(days=7)
TOOK_PLACE = (Status.CHECKED_IN, Status.COMPLETED)


def other_first_visit(visit: Appointment) -> Appointment | None:
    """Return the patient's other visit ahead within a week of this, where none took place yet."""
    pk = _other(visit)
    if pk is None:
        return None
    return Appointment.objects.select_related("provider", "service").filter(pk=pk).first()


def has_another(visit: Appointment) -> bool:
    """Return whether there is one: every booking's mail asks, and needs no more of it."""
    return _other(visit) is not None


def _other(visit: Appointment) -> int | None:
    """Return its key. A patient has few visits: they are read, which is less work than to ask."""
    rows = Appointment.objects.filter(
        patient=visit.patient_id, patient__isnull=False, status__in=(*TOOK_PLACE, Status.BOOKED)
    )
    of_patient = list(
        rows.order_by("starts_at", "pk").values_list("pk", "status", "starts_at", "series")
    )
    if any(status in TOOK_PLACE for _pk, status, _starts_at, _series in of_patient):
        return None
    now = database_time.now()
    for pk, _status, starts_at, series in of_patient:
        is_other = pk != visit.pk and (visit.series is None or series != visit.series)
        if is_other and starts_at > now and abs(starts_at - visit.starts_at) <= WITHIN:
            return pk
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

"""Whether somebody has two first visits within a week: one is enough for most, and asked about.

Nobody is told on a page that a typed address opens: by the mail to that very address, on the pages
behind its link, and in the browser that booked both within the hour.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from appointments.links import HANDED_FOR
from appointments.models import Appointment, Status
from appointments.models.appointment_status import LIVE, AppointmentQuerySet
from core.database import database_time

WITHIN = timedelta(days=7)
TOOK_PLACE = (Status.CHECKED_IN, Status.COMPLETED)


def other_first_visit(visit: Appointment) -> Appointment | None:
    """Return the patient's other visit ahead within a week of this, where none took place yet."""
    others = _others(visit).select_related("provider", "service")
    return others.order_by("starts_at", "pk").first()


def has_another(visit: Appointment) -> bool:
    """Return whether there is one: every booking's mail asks, and needs no more of it."""
    return _others(visit).order_by().exists()


def _others(visit: Appointment) -> AppointmentQuerySet:
    seen = Appointment.objects.filter(patient=OuterRef("patient"), status__in=TOOK_PLACE)
    others = Appointment.objects.filter(
        ~Exists(seen.order_by()),
        patient=visit.patient_id,
        patient__isnull=False,
        status=Status.BOOKED,
        starts_at__gt=database_time.now(),
        starts_at__range=(visit.starts_at - WITHIN, visit.starts_at + WITHIN),
    ).exclude(pk=visit.pk)
    if visit.series:
        others = others.exclude(series=visit.series)
    return others


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

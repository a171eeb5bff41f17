"""What an erasure leaves: the law has a clinic keep the record of the care that it gave.

States differ, and minors' records are kept longer: PATIENT_RECORD_YEARS is the clinic's own word on
it. After that the nightly retention forgets the rest.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q

from appointments.models import Appointment, Patient, Status
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.retention import DAYS_A_YEAR
from core.database import database_time

# Visits that took place, or that somebody did not come to: what was owed and done about it.
CARE = (Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)


def care_of(patient: Patient) -> AppointmentQuerySet:
    """Return the visits that are a record of care; what nobody closed counts by its end."""
    closed = Q(status__in=CARE) | Q(status=Status.BOOKED, ends_at__lte=database_time.now())
    return Appointment.objects.filter(closed, patient=patient)


def kept_visits(patient: Patient) -> AppointmentQuerySet:
    """Return the visits that have to be kept now: all of care, for as long as the last one is."""
    care = care_of(patient)
    if not settings.PATIENT_RECORD_YEARS:
        return care
    until = kept_until(patient)
    return care if until and until > database_time.now() else care.none()


def kept_until(patient: Patient) -> datetime | None:
    """Return when nothing has to be kept any more; None: nothing has to, or it is for ever."""
    last = care_of(patient).aggregate(last=Max("ends_at"))["last"]
    if last is None or not settings.PATIENT_RECORD_YEARS:
        return None
    return last + timedelta(days=settings.PATIENT_RECORD_YEARS * DAYS_A_YEAR)

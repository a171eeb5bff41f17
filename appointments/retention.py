"""How long what names a patient is kept. The periods are settings; docs/retention.md lists them.

A visit's row outlives its person: it keeps time, provider, service and status, and the proofs of
consent that refer to it. Every function may run twice, also at once.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from appointments.models import Appointment, Patient, Status
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.patient_records.kept_by_apps import kept_on_records, kept_on_visits

NOBODY: dict[str, object] = {
    "patient": None,
    "email": "",
    "phone": "",
    "contact": "",
    "by_text": False,
    "booked_by": "",
    "cancel_reason": "",
    "staff_reason": "",
    "visitor": "",
}
DAYS_A_YEAR = 365.25
BATCH = 500  # patients at most that one turn erases or deletes: several turns make a night
OVER = (Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW, Status.RELEASED, Status.EXPIRED)


def forget(now: datetime) -> None:
    """Erase what has had its time: unconfirmed visits, then whole records of patients.

    Of records no more than BATCH: what is left is for the next turn.
    """
    forget_unconfirmed(now)
    forget_old_records(now)
    delete_patients_without_visits(now)


def forget_unconfirmed(now: datetime) -> int:
    """Erase visits that were never confirmed, UNCONFIRMED_VISIT_DAYS after; how many there were."""
    since = now - timedelta(days=settings.UNCONFIRMED_VISIT_DAYS)
    unconfirmed = Appointment.objects.unconfirmed().filter(patient__isnull=False)
    return _forget(unconfirmed.filter(created__lt=since), now)


def forget_old_records(now: datetime) -> int:
    """Erase patients whose last visit is PATIENT_RECORD_YEARS past, 0 is never; how many visits.

    BATCH patients at most. A visit that nobody closed counts by its end: nothing upcoming is ever
    touched.
    """
    if not settings.PATIENT_RECORD_YEARS:
        return 0
    since = now - timedelta(days=settings.PATIENT_RECORD_YEARS * DAYS_A_YEAR)
    # From the old visits on: whoever asks for everybody's last one reads them all.
    visits = Appointment.objects.order_by()
    later = visits.filter(patient=OuterRef("patient"), ends_at__gte=since)
    old = visits.filter(starts_at__lt=since, patient__isnull=False).exclude(Exists(later))
    pks = set(old.values_list("patient", flat=True)[:BATCH])
    return _forget(visits.filter(patient__in=pks), now)


@transaction.atomic
def _forget(visits: AppointmentQuerySet, now: datetime) -> int:
    """Let these rows name nobody, and delete what other apps keep of them; how many rows."""
    pks = list(visits.values_list("pk", flat=True))
    kept_on_visits.forget(pks)
    return visits.filter(pk__in=pks).update(**NOBODY, erased_at=now)


def delete_patients_without_visits(now: datetime) -> int:
    """Delete the patients whom no visit refers to any more, with what was merged into them.

    BATCH of them at most. Return how many rows went. Who books at this moment holds their row: it
    is passed over.
    """
    visits = Appointment.objects.filter(patient=OuterRef("pk"))
    idle = Patient.objects.kept().filter(~Exists(visits), created__lt=now - timedelta(days=1))
    # Found without locks, with which the database asks for each of all patients by itself.
    pks = list(idle.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return _delete(idle.filter(pk__in=pks)) if pks else 0


@transaction.atomic
def _delete(idle: QuerySet[Patient]) -> int:
    """Lock those that nobody else has locked, and look once more under the lock."""
    pks = list(idle.select_for_update(skip_locked=True).values_list("pk", flat=True))
    gone = idle.filter(pk__in=pks)
    going = list(gone.values_list("pk", flat=True))
    merged = Patient.objects.filter(merged_into__in=going).values_list("pk", flat=True)
    kept_on_records.forget([*going, *merged])
    return gone.filter(pk__in=going).delete()[0]

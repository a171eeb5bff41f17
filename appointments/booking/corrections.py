"""What staff put right about a booked visit without changing its time."""

from django.utils import timezone

from appointments import notices
from appointments.booking.rules import in_one_transaction
from appointments.models import Appointment, Patient


@in_one_transaction
def correct_address(patient: Patient, *, was: str, by: str) -> int:
    """The patient's e-mail address was mistyped: upcoming visits get the right one, and a mail.

    Only visits that were booked with the wrong address. What still waits for it is dropped. How
    many visits there were.
    """
    visits = (
        Appointment.objects.upcoming(timezone.now())
        .filter(patient=patient)
        .of_address(was)
        .select_related("provider", "service", "patient")
    )
    for visit in visits:
        Appointment.objects.filter(pk=visit.pk).update(email=patient.email, changed_by=by)
        visit.email = patient.email
        notices.readdressed(visit)
    return len(visits)

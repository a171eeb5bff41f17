"""Whether our own logs show that a patient who is noted as missing came, or tried to."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.booking import presence
from appointments.models import Appointment
from visits.models import StartCheck, Visit, VisitEvent
from visits.models.visits import Seat

AROUND = timedelta(hours=1)
CALLED_FROM = timedelta(minutes=15)  # before the start of a visit by phone
Kind = VisitEvent.Kind
# Whoever looks whether their camera works in the hour before means to come.
TRIED = (
    Kind.KNOCKED,
    Kind.CHECK_PASSED,
    Kind.CHECK_FAILED,
    Kind.CONNECTED,
    Kind.LOST,
    Kind.BY_PHONE,
    Kind.LEFT,
)


class Why(models.TextChoices):
    """Why no fee may be asked for."""

    NOT_MISSED = "not_missed", _("This visit is not noted as missed, or is too long past.")
    CAME = "came", _("The log of the room shows that the patient came, or tried to come in.")
    SPOKE = "spoke", _("Somebody spoke with the patient in this visit.")
    NOT_CALLED = (
        "not_called",
        _("The visit was by phone, and no call to the patient is noted for that time."),
    )


def why_no_fee(appointment: Appointment) -> Why | None:
    """Return what speaks against a fee for a missed visit; None where nothing does."""
    if presence.had_come(appointment) or _came(appointment):
        return Why.CAME
    if StartCheck.objects.filter(visit__appointment=appointment).exists():
        return Why.SPOKE
    if appointment.by_call and not _was_called(appointment):
        return Why.NOT_CALLED
    return None


def _came(appointment: Appointment) -> bool:
    since, until = appointment.starts_at - AROUND, appointment.ends_at + AROUND
    events = VisitEvent.objects.filter(
        visit__appointment=appointment, seat=Seat.PATIENT, kind__in=TRIED, at__range=(since, until)
    )
    visits = Visit.objects.filter(appointment=appointment)
    by_phone = visits.filter(by_phone_at__range=(since, until))
    return events.exists() or by_phone.exists()


def _was_called(appointment: Appointment) -> bool:
    called = appointment.called_at
    return called is not None and called >= appointment.starts_at - CALLED_FROM

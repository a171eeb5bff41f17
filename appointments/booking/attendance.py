"""What staff note on the day of a visit: who came and who did not. Each step can be taken back."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError
from django.db.models import Q

from appointments.booking import presence, visit_events
from appointments.booking.rules import (
    NotChangeable,
    SlotTaken,
    in_one_transaction,
    is_licensed,
    lock,
    raise_unless_conflict,
)
from appointments.booking.visits import reread
from appointments.emails import visit_emails, visit_outbox
from appointments.models import Appointment, Status, StatusReason
from appointments.models.appointment_status import STAFF_CHANGE_FOR
from core.database import database_time

# Of these there may be something to say by phone.
CALLED = (Status.BOOKED, Status.CANCELLED)
STEPS = (Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)


class PatientCame(NotChangeable):
    """The patient was there, or tried to be: this is no no-show."""


@in_one_transaction
def check_in(appointment: Appointment, *, by: str) -> None:
    """The patient is here. Raises NotChangeable unless it is booked and its license still holds."""
    lock([appointment.provider_id])
    if not is_licensed(appointment.provider_id, appointment.state, database_time.now()):
        raise NotChangeable
    _step(appointment, [Status.BOOKED], Status.CHECKED_IN, by)
    visit_outbox.drop_waiting(appointment)


@in_one_transaction
def complete(appointment: Appointment, *, by: str) -> None:
    """The visit took place. Raises NotChangeable unless it has begun and was not closed before."""
    _step(appointment, [Status.BOOKED, Status.CHECKED_IN], Status.COMPLETED, by, begun=True)


@in_one_transaction
def no_show(
    appointment: Appointment, *, by: str, listed: StatusReason | None = None, reason: str = ""
) -> None:
    """The patient did not come; a mail asks them to book again, unless it is soon taken back.

    `listed` is the reason that staff chose from the list, `reason` what they typed. Raises
    NotChangeable unless it was booked and has begun, PatientCame where they did come.
    """
    if presence.had_come(appointment):
        raise PatientCame
    why = {"status_reason": listed, "cancel_reason": reason}
    _step(appointment, [Status.BOOKED], Status.NO_SHOW, by, begun=True, **why)
    visit_emails.no_show(reread(appointment))


def _step(
    appointment: Appointment,
    allowed: list[Status],
    to: Status,
    by: str,
    *,
    begun: bool = False,
    **also: Any,
) -> None:
    when = Q(starts_at__lte=database_time.now()) if begun else Q()
    changed = Appointment.objects.filter(when, pk=appointment.pk, status__in=allowed).update(
        status=to, changed_by=by, **also
    )
    if not changed:
        raise NotChangeable
    visit_events.step_taken(appointment, to)


def note_call(appointment: Appointment, *, by: str) -> None:
    """Staff have called the patient just now, `by` whom the trail says.

    Raises NotChangeable unless they are expected, or were, and have to hear that they are not.
    """
    called = Appointment.objects.filter(pk=appointment.pk, status__in=CALLED)
    if not called.update(called_at=database_time.now()):
        raise NotChangeable


def undo(appointment: Appointment, *, by: str) -> None:
    """Take back that it was checked in, completed or missed: it stands as it did before.

    A mail that the step has written and that has not gone out never will; what it kept from going
    out goes out after all. Raises NotChangeable where there is no such step or it is more than
    STAFF_CHANGE_FOR since the visit ended, and SlotTaken where somebody else has the time by now.
    """
    try:
        _undo(appointment, by)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken from error


@in_one_transaction
def _undo(appointment: Appointment, by: str) -> None:
    lock([appointment.provider_id])
    recent = appointment.ends_at > database_time.now() - STAFF_CHANGE_FOR
    if not recent or appointment.status not in STEPS:
        raise NotChangeable
    was, since = _before_last_step(appointment)
    standing = Appointment.objects.filter(pk=appointment.pk, status=appointment.status)
    if not standing.update(status=was, changed_by=by, status_reason=None, cancel_reason=""):
        raise NotChangeable
    if appointment.status == Status.NO_SHOW:
        visit_outbox.drop_waiting(appointment)
    elif appointment.status == Status.CHECKED_IN:
        visit_outbox.restore_waiting(appointment, since=since)
    visit_events.step_undone(appointment, was)


def _before_last_step(appointment: Appointment) -> tuple[Status, datetime]:
    """Return the status before the step, and since when the visit is not only booked any more."""
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    history = events.filter(pgh_obj_id=appointment.pk).order_by("-pgh_id")
    was, since = Status.BOOKED, database_time.now()
    for status, moment in history.values_list("status", "pgh_created_at"):
        if status not in STEPS:
            break
        if appointment.status == Status.COMPLETED and status == Status.CHECKED_IN:
            was = Status.CHECKED_IN
        since = moment
    return was, since

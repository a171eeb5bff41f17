"""Visits: book, confirm and cancel them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import F

from appointments.booking import (
    known_visits,
    patients,
    pressure,
    spoken_language,
    visit_events,
    waitlist_trigger,
)
from appointments.booking.patients import PatientDetails
from appointments.booking.rules import (
    BookingRests,
    HoldGone,
    NotChangeable,
    SlotTaken,
    TimeClosed,
    in_one_transaction,
    is_licensed,
    is_open,
    lock,
    nearest_slots,
    raise_unless_conflict,
    require_age,
    require_room,
    require_within_visit_limits,
    settle_expired,
)
from appointments.emails import staff_emails, visit_emails, visit_outbox
from appointments.models import Appointment, Status, StatusReason
from appointments.models.appointment_status import PATIENT
from core.database import database_time

CONFIRM_WITHIN = timedelta(minutes=30)
# So many times are kept for one address until somebody uses the links that it was mailed. Others
# can still be confirmed while nobody else has taken them.
MOST_WAITING = 2


def book(
    *,
    hold: Appointment,
    details: PatientDetails,
    proved: bool = False,
    invited: bool = False,
    api_key: int | None = None,
) -> Appointment:
    """Turn a hold into a booked appointment and queue its confirmation.

    `proved`: whoever books has used a link that was mailed to this very address; `invited`: one
    that offered this very time, on a page that names their other visits. Past the limit of visits
    of one address, where the person has another visit at that time, and under pressure where
    nothing is proved, the time is kept until the link in a mail is used. `api_key`: of the program
    that books.

    A hold that has run out still books while nobody else has the time. Booking twice gives the
    first one's appointment. Raises SlotTaken if somebody else has the time, if it has begun, or
    if the provider may not treat in that state any more; TimeClosed if they do not work then any
    more; HoldGone if the hold was given back;
    TooYoung below the service's minimum age;
    BookingRests if too many visits were booked within an hour, unless they were invited.
    """
    try:
        return _book(hold, details, proved or invited, invited, api_key)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken(nearest_slots(hold.service, hold.state, hold.starts_at)) from error


@in_one_transaction
def _book(
    hold: Appointment, details: PatientDetails, proved: bool, invited: bool, api_key: int | None
) -> Appointment:
    now = database_time.now()
    lock([hold.provider_id])
    patients.lock_address(details)
    status, booked_for = _lock_hold(hold)
    if booked_for is not None:
        return reread(hold)  # it was booked by an earlier click
    _require_bookable(hold, now)
    require_age(hold.service, details.birth_date, hold.state, hold.starts_at)
    taken = pressure.read(now)
    if taken.rests and not invited:
        raise BookingRests
    must_confirm = taken.is_on and not proved
    if status == Status.EXPIRED:
        _require_still_free(hold, now, with_room=must_confirm)
    patient = patients.remember(details)
    known = known_visits.read(hold, details, patient, now)
    knows_of_many = known.own >= taken.rules.most_upcoming
    # Who has a visit then is asked by mail: on the page it would tell a stranger of it.
    twice = not invited and known.has_one_then
    has_many = known.upcoming >= taken.rules.most_upcoming or knows_of_many or twice
    waits = must_confirm or has_many
    # To whoever has proved no address nothing tells how many visits it has.
    told = must_confirm or knows_of_many or (proved and has_many)
    also = {"patient": patient, "proved": proved, "told_to_confirm": told, "api_key_id": api_key}
    _write(hold, details, now, waits, known.waiting, also)
    if proved:
        spoken_language.proved(hold)
    if waits:
        visit_emails.must_confirm(hold, has_many=has_many)
    else:
        visit_events.booked(hold)
        visit_emails.booked(hold, has_another=known.has_another_first)
        if taken.booked + 1 >= taken.hourly:
            staff_emails.booking_paused()
    return hold


def _lock_hold(hold: Appointment) -> tuple[str, int | None]:
    """Lock the hold, or the visit it became; return its status and patient. Raises HoldGone."""
    row = Appointment.objects.filter(pk=hold.pk).order_by().select_for_update(no_key=True)
    for status, patient in row.values_list("status", "patient"):
        if patient is not None or status != Status.RELEASED:
            return status, patient
    raise HoldGone


def _require_bookable(hold: Appointment, now: datetime) -> None:
    """Raise SlotTaken where the time has begun or the license ended, TimeClosed where it is off."""
    around = hold.service, hold.state, hold.starts_at
    if hold.starts_at <= now or not is_licensed(hold.provider_id, hold.state, hold.starts_at):
        raise SlotTaken(nearest_slots(*around))
    if not is_open(hold):
        raise TimeClosed(nearest_slots(*around))


def _require_still_free(hold: Appointment, now: datetime, *, with_room: bool) -> None:
    """Check what a hold that has run out and was settled keeps no more. Raises SlotTaken."""
    about = hold.provider, hold.service, hold.state, hold.starts_at
    # Others' holds may have run out over the same time since.
    settle_expired([hold.provider_id], now)
    require_within_visit_limits(*about)
    if with_room:
        require_room(*about)


def _write(
    hold: Appointment,
    details: PatientDetails,
    now: datetime,
    waits: bool,
    waiting: int,
    also: dict[str, Any],
) -> None:
    """Make the locked hold the visit of who typed `details`, and keep what they agreed to."""
    given = details.on_appointment(hold.state) | also
    given["status"] = _status(waits, waiting)
    given["held_until"] = now + CONFIRM_WITHIN if waits else None
    Appointment.objects.filter(pk=hold.pk).update(**given)
    for field, value in given.items():
        setattr(hold, field, value)
    patients.record_consents(hold, details, now)


def _status(waits: bool, waiting: int) -> Status:
    """Of what was just typed. Too many that wait for one address keep no time, as if run out."""
    if not waits:
        return Status.BOOKED
    return Status.HELD if waiting < MOST_WAITING else Status.EXPIRED


def confirm(appointment: Appointment, *, beside: Collection[int] = ()) -> None:
    """Book a visit that waited for the link in its mail: whoever reads it wants it.

    Confirming twice is fine. Raises SlotTaken if somebody else has the time by now, TimeClosed if
    the provider does not work then, NotChangeable if the patient has moved it or given it back,
    and AtTheSameTime where they have a visit then that is not among `beside`, the keys of those
    they were told of.
    """
    try:
        _confirm(appointment, beside)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken(
            nearest_slots(appointment.service, appointment.state, appointment.starts_at)
        ) from error


@in_one_transaction
def _confirm(appointment: Appointment, beside: Collection[int]) -> None:
    lock([appointment.provider_id])
    now = database_time.now()
    _require_bookable(appointment, now)
    if appointment.patient:
        patients.lock_address(appointment)
        but = [*beside, appointment.pk]
        times = appointment.starts_at, appointment.ends_at
        patients.require_no_other(appointment.patient, *times, but=but)
    settle_expired([appointment.provider_id], now)
    kept = Appointment.objects.visits().filter(
        pk=appointment.pk,
        sequence=appointment.sequence,
        status__in=[Status.HELD, Status.EXPIRED],
    )
    if kept.update(status=Status.BOOKED, held_until=None, proved=True):
        spoken_language.proved(appointment)
        visit_events.booked(appointment)
        visit_emails.booked(reread(appointment))
    elif reread(appointment).status != Status.BOOKED:
        raise NotChangeable


def reread(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_related("provider", "service", "patient").get(
        pk=appointment.pk
    )


@in_one_transaction
def cancel(
    appointment: Appointment,
    *,
    by: str = PATIENT,
    listed: StatusReason | None = None,
    reason: str = "",
) -> None:
    """Cancel a visit and tell the patient, unless it is over: staff who tidy up tell nobody.

    `listed` is the reason that staff chose from the list, `reason` what was typed.
    A visit that waits to be confirmed is given back without a mail. Raises NotChangeable where a
    step was taken, for the patient past the service's cut-off, for staff a week after it.
    """
    require_time_left(appointment, by)
    waiting = Appointment.objects.filter(
        pk=appointment.pk, status__in=[Status.HELD, Status.EXPIRED]
    )
    waitlist_trigger.look_soon()
    if waiting.update(status=Status.RELEASED, changed_by=by):
        return
    now = database_time.now()
    cancellable = (
        Appointment.objects.upcoming(now)
        if by == PATIENT
        else Appointment.objects.open_to_staff(now)
    )
    changed = cancellable.filter(pk=appointment.pk).update(
        status=Status.CANCELLED,
        sequence=F("sequence") + 1,
        changed_by=by,
        status_reason=listed,
        cancel_reason=reason,
    )
    if not changed:
        raise NotChangeable
    cancelled = reread(appointment)
    if cancelled.ends_at > now:
        visit_emails.cancelled(cancelled, by_patient=by == PATIENT)
    else:
        visit_outbox.drop_waiting(cancelled)
    visit_events.cancelled(cancelled)


def require_time_left(appointment: Appointment, by: str) -> None:
    """Patients change a visit online until the service's cut-off. Raises NotChangeable."""
    if by == PATIENT and appointment.changes_close_at <= database_time.now():
        raise NotChangeable

"""Visits: book, confirm, cancel, and what staff note on the day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils import timezone

from appointments import emails
from appointments.booking import waitlist_trigger
from appointments.booking.rules import (
    PATIENT,
    BookingRests,
    HoldGone,
    NotChangeable,
    SlotTaken,
    TimeClosed,
    in_one_transaction,
    is_open,
    lock,
    nearest_slots,
    raise_unless_conflict,
    require_room,
    require_within_visit_limits,
    settle_expired,
)
from appointments.booking.simultaneous_visits import at_that_time, lock_address, require_no_other
from appointments.booking.statements import lock_to_book, take_over
from appointments.models import Appointment, Consent, Status
from core.people import email_addresses

CONFIRM_WITHIN = timedelta(minutes=30)
# So many times are kept for one address until somebody uses the links that it was mailed. Others
# can still be confirmed while nobody else has taken them.
MOST_WAITING = 2


@dataclass(frozen=True)
class PatientDetails:
    """What the patient, or who books for them, typed and agreed to."""

    first_name: str
    last_name: str
    birth_date: date
    email: str
    phone: str
    contact: str
    zone: str
    booked_for: str = Appointment.BookedFor.SELF
    booked_by: str = ""
    consent_texts: Sequence[int] = ()
    page: str = ""
    agreed_at: datetime | None = None  # None: now


def book(
    *, hold: Appointment, details: PatientDetails, proved: bool = False, invited: bool = False
) -> Appointment:
    """Turn a hold into a booked appointment and queue its confirmation.

    `proved`: whoever books has used a link that was mailed to this very address; `invited`: one
    that offered this very time, on a page that names their other visits. Past the limit of visits
    of one address, where the person has another visit at that time, and under pressure where
    nothing is proved, the time is kept until the link in a mail is used.

    A hold that has run out still books while nobody else has the time. Booking twice gives the
    first one's appointment. Raises SlotTaken if somebody else has the time, if it has begun, or
    if the provider may not treat in that state any more; TimeClosed if they do not work then any
    more; HoldGone if the hold was given back;
    BookingRests if too many visits were booked within an hour, unless they were invited.
    """
    try:
        return _book(hold, details, proved or invited, invited)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken(nearest_slots(hold.service, hold.state, hold.starts_at)) from error


@in_one_transaction
def _book(hold: Appointment, details: PatientDetails, proved: bool, invited: bool) -> Appointment:
    now = timezone.now()
    found = lock_to_book(hold, details.email, now)
    if hold.starts_at <= now or not found.is_licensed:
        return _already_booked(hold, otherwise=SlotTaken)
    if not is_open(hold):
        return _already_booked(hold, otherwise=TimeClosed)
    if found.pressure.rests and not invited:
        return _already_booked(hold, otherwise=BookingRests)
    must_confirm = found.pressure.is_on and not proved
    # Who has a visit then is asked by mail: on the page it would tell a stranger of it.
    twice = not invited and at_that_time(details, hold.starts_at, hold.ends_at, but=[hold.pk])
    has_many = found.is_over_limit or found.knows_of_many or bool(twice)
    waits = must_confirm or has_many
    given = {
        "email": details.email,
        "phone": details.phone,
        "contact": details.contact,
        "zone": hold.place.zone_for(details.zone),
        "booked_for": details.booked_for,
        "booked_by": details.booked_by,
        "status": _status(waits, found.waiting).value,
        "held_until": now + CONFIRM_WITHIN if waits else None,
        "proved": proved,
        # To whoever has proved no address nothing tells how many visits it has. PRIVACY 10.
        "told_to_confirm": must_confirm or found.knows_of_many or (proved and has_many),
    }
    if not take_over(hold, Status.HELD, given, details, now):
        # It has run out and was settled. Others' holds may have run out over the same time since.
        settle_expired([hold.provider_id], now)
        require_within_visit_limits(hold.provider, hold.service, hold.state, hold.starts_at)
        if must_confirm:
            require_room(hold.provider, hold.service, hold.state, hold.starts_at)
        if not take_over(hold, Status.EXPIRED, given, details, now):
            return _already_booked(hold)
    if waits:
        emails.must_confirm(hold, has_many=has_many)
    else:
        emails.booked(hold)
        if found.pressure.booked + 1 >= found.pressure.hourly:
            emails.booking_rests()
    return hold


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
    licensed = lock(
        [appointment.provider_id], licensed_in=appointment.state, at=appointment.starts_at
    )
    now = timezone.now()
    around = appointment.service, appointment.state, appointment.starts_at
    if appointment.starts_at <= now or not licensed:
        raise SlotTaken(nearest_slots(*around))
    if not is_open(appointment):
        raise TimeClosed(nearest_slots(*around))
    if appointment.patient:
        lock_address(appointment.email)
        but = [*beside, appointment.pk]
        times = appointment.starts_at, appointment.ends_at
        require_no_other(appointment.patient, *times, but=but)
    settle_expired([appointment.provider_id], now)
    kept = Appointment.objects.visits().filter(
        pk=appointment.pk,
        sequence=appointment.sequence,
        status__in=[Status.HELD, Status.EXPIRED],
    )
    if kept.update(status=Status.BOOKED, held_until=None, proved=True):
        emails.booked(reread(appointment))
    elif reread(appointment).status != Status.BOOKED:
        raise NotChangeable


def reread(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_related("provider", "service", "patient").get(
        pk=appointment.pk
    )


def _already_booked(hold: Appointment, otherwise: type[Exception] = HoldGone) -> Appointment:
    """Return the visit that it became by an earlier click; raise `otherwise` where it became none,
    or HoldGone where it is deleted."""
    current = Appointment.objects.select_related("patient").filter(pk=hold.pk).first()
    if current is None:
        raise HoldGone
    if current.patient_id is not None:
        return current
    if issubclass(otherwise, SlotTaken):
        raise otherwise(nearest_slots(hold.service, hold.state, hold.starts_at))
    raise otherwise


def record_consents(appointment: Appointment, details: PatientDetails, now: datetime) -> None:
    address_hash = email_addresses.keyed_hash(details.email)
    Consent.objects.bulk_create(
        Consent(
            text_id=text,
            appointment=appointment,
            given=details.agreed_at or now,
            page=details.page,
            address_hash=address_hash,
        )
        for text in details.consent_texts
    )


@in_one_transaction
def cancel(appointment: Appointment, *, by: str = PATIENT, reason: str = "") -> None:
    """Cancel a visit that has not begun and tell the patient.

    A visit that waits to be confirmed is given back without a mail. Raises NotChangeable if it has
    begun or is over, and for the patient also past the service's cut-off.
    """
    require_time_left(appointment, by)
    waiting = Appointment.objects.filter(
        pk=appointment.pk, status__in=[Status.HELD, Status.EXPIRED]
    )
    waitlist_trigger.look_soon()
    if waiting.update(status=Status.RELEASED, changed_by=by):
        return
    changed = (
        Appointment.objects.upcoming(timezone.now())
        .filter(pk=appointment.pk)
        .update(
            status=Status.CANCELLED,
            sequence=F("sequence") + 1,
            changed_by=by,
            cancel_reason=reason,
        )
    )
    if not changed:
        raise NotChangeable
    emails.cancelled(reread(appointment), by_patient=by == PATIENT)


def require_time_left(appointment: Appointment, by: str) -> None:
    """Patients change a visit online until the service's cut-off, staff until it begins."""
    if by == PATIENT and appointment.changes_close_at <= timezone.now():
        raise NotChangeable


@in_one_transaction
def check_in(appointment: Appointment, *, by: str) -> None:
    """The patient is here. Raises NotChangeable unless it is booked and its license still holds."""
    licensed_in, now = appointment.state, timezone.now()
    if not lock([appointment.provider_id], licensed_in=licensed_in, at=now):
        raise NotChangeable
    _step(appointment, [Status.BOOKED], Status.CHECKED_IN, by)
    emails.checked_in(appointment)


def complete(appointment: Appointment, *, by: str) -> None:
    """The visit took place. Raises NotChangeable unless it has begun and was not closed before."""
    _step(appointment, [Status.BOOKED, Status.CHECKED_IN], Status.COMPLETED, by, begun=True)


@in_one_transaction
def no_show(appointment: Appointment, *, by: str) -> None:
    """The patient did not come. Raises NotChangeable unless it was booked and has begun."""
    _step(appointment, [Status.BOOKED], Status.NO_SHOW, by, begun=True)
    emails.no_show(reread(appointment))


def _step(
    appointment: Appointment, allowed: list[Status], to: Status, by: str, *, begun: bool = False
) -> None:
    when = Q(starts_at__lte=timezone.now()) if begun else Q()
    changed = Appointment.objects.filter(when, pk=appointment.pk, status__in=allowed).update(
        status=to, changed_by=by
    )
    if not changed:
        raise NotChangeable

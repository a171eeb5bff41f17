"""Visits: book, move, cancel, and what staff note on the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils import timezone

from appointments import availability, freed, notices
from appointments.booking.rules import (
    PATIENT,
    HoldGone,
    NotChangeable,
    SlotTaken,
    in_one_transaction,
    is_licensed,
    lock,
    nearest,
    require_within_caps,
    settle_expired,
    unless_taken,
)
from appointments.booking.statements import lock_to_book, take_over
from appointments.models import Appointment, Consent, Provider, Status
from curednation.guard import addresses

CONFIRM_WITHIN = timedelta(hours=1)


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


def book(*, hold: Appointment, details: PatientDetails) -> Appointment:
    """Turn a hold into a booked appointment and queue its confirmation.

    A hold that has run out still books while nobody else has the time. Booking twice gives the
    first one's appointment. Raises SlotTaken if somebody else has the time, if it has begun, or
    if the provider may not treat in that state any more; HoldGone if the hold was given back.
    """
    try:
        return _book(hold, details)
    except IntegrityError as error:
        unless_taken(error)
        raise SlotTaken(nearest(hold.service, hold.state, hold.starts_at)) from error


@in_one_transaction
def _book(hold: Appointment, details: PatientDetails) -> Appointment:
    licensed, over_limit = lock_to_book(hold, details.email)
    now = timezone.now()
    if hold.starts_at <= now or not licensed:
        raise SlotTaken(nearest(hold.service, hold.state, hold.starts_at))
    given = {
        "email": details.email,
        "phone": details.phone,
        "contact": details.contact,
        "zone": details.zone,
        "booked_for": details.booked_for,
        "booked_by": details.booked_by,
        "status": (Status.HELD if over_limit else Status.BOOKED).value,
        "held_until": now + CONFIRM_WITHIN if over_limit else None,
    }
    if not take_over(hold, Status.HELD, given, details, now):
        # It has run out and was settled. Others' holds may have run out over the same time since.
        settle_expired([hold.provider_id], now)
        require_within_caps(hold.provider, hold.service, hold.state, hold.starts_at)
        if not take_over(hold, Status.EXPIRED, given, details, now):
            return _already_booked(hold)
    if over_limit:
        notices.over_limit(hold)
    else:
        notices.booked(hold)
    return hold


def confirm(appointment: Appointment) -> None:
    """Book a visit that was kept because its address had many: whoever reads the mail wants it.

    Confirming twice is fine. Raises SlotTaken if somebody else has the time by now, and
    NotChangeable if the patient has given it back.
    """
    try:
        _confirm(appointment)
    except IntegrityError as error:
        unless_taken(error)
        raise SlotTaken(
            nearest(appointment.service, appointment.state, appointment.starts_at)
        ) from error


@in_one_transaction
def _confirm(appointment: Appointment) -> None:
    licensed = lock(
        [appointment.provider_id], licensed_in=appointment.state, at=appointment.starts_at
    )
    now = timezone.now()
    if appointment.starts_at <= now or not licensed:
        raise SlotTaken(nearest(appointment.service, appointment.state, appointment.starts_at))
    settle_expired([appointment.provider_id], now)
    kept = Appointment.objects.visits().filter(
        pk=appointment.pk, status__in=[Status.HELD, Status.EXPIRED]
    )
    if kept.update(status=Status.BOOKED, held_until=None):
        notices.booked(reread(appointment))
    elif reread(appointment).status != Status.BOOKED:
        raise NotChangeable


def reread(appointment: Appointment) -> Appointment:
    return Appointment.objects.select_related("provider", "service", "patient").get(
        pk=appointment.pk
    )


def _already_booked(hold: Appointment) -> Appointment:
    current = Appointment.objects.select_related("patient").get(pk=hold.pk)
    if current.patient_id is None:
        raise HoldGone
    return current


def record_consents(appointment: Appointment, details: PatientDetails, now: datetime) -> None:
    address_hash = addresses.keyed_hash(details.email)
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


def move(
    appointment: Appointment,
    *,
    provider: Provider | None,
    starts_at: datetime,
    by: str = PATIENT,
) -> Appointment:
    """Give the visit another time, by the same rules; the old time is free in the same moment.

    Without `provider` it stays with its own where they are free, else whoever is. Raises
    SlotTaken if nobody is free then, and NotChangeable if it has begun or was changed meanwhile.
    """
    service, state = appointment.service, appointment.state
    free = availability.grid(
        service, state, first=starts_at, last=starts_at, moving=appointment
    ).free_at(starts_at)
    if provider:
        free = [who for who in free if who == provider]
    for candidate in sorted(free, key=lambda who: who.pk != appointment.provider_id):
        try:
            return _move(appointment, candidate, starts_at, by)
        except IntegrityError as error:
            unless_taken(error)
    raise SlotTaken(nearest(service, state, starts_at))


@in_one_transaction
def _move(
    appointment: Appointment, provider: Provider, starts_at: datetime, by: str
) -> Appointment:
    _require_time_left(appointment, by)
    pks = [appointment.provider_id, provider.pk]
    lock(pks)
    now = timezone.now()
    settle_expired(pks, now)
    require_within_caps(
        provider, appointment.service, appointment.state, starts_at, moving=appointment
    )
    changed = (
        Appointment.objects.changeable(now)
        .filter(pk=appointment.pk, sequence=appointment.sequence)
        .update(
            provider=provider,
            starts_at=starts_at,
            sequence=F("sequence") + 1,
            changed_by=by,
            **times_kept(appointment, starts_at),
        )
    )
    if not changed:
        raise NotChangeable
    moved = reread(appointment)
    if moved.waits_for_the_patient:
        notices.over_limit(moved)
    else:
        notices.moved(moved, was=appointment)
    freed.tell()
    return moved


def times_kept(appointment: Appointment, starts_at: datetime) -> dict:
    """Length and buffers as they were when it was booked: changing a service changes no visit."""
    by = starts_at - appointment.starts_at
    return {
        "ends_at": appointment.ends_at + by,
        "blocked": (appointment.blocked.lower + by, appointment.blocked.upper + by),
    }


@in_one_transaction
def cancel(appointment: Appointment, *, by: str = PATIENT, reason: str = "") -> None:
    """Cancel a visit that has not begun and tell the patient.

    A visit that waits to be confirmed is given back without a mail. Raises NotChangeable if it has
    begun or is over, and for the patient also past the service's cut-off.
    """
    _require_time_left(appointment, by)
    waiting = Appointment.objects.filter(pk=appointment.pk, status=Status.HELD)
    freed.tell()
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
    notices.cancelled(reread(appointment), by_patient=by == PATIENT)


def _require_time_left(appointment: Appointment, by: str) -> None:
    """Patients change a visit online until the service's cut-off, staff until it begins."""
    if by == PATIENT and appointment.changes_close_at <= timezone.now():
        raise NotChangeable


@in_one_transaction
def check_in(appointment: Appointment, *, by: str) -> None:
    """The patient is here. Raises NotChangeable unless it is booked and its licence still holds."""
    if not is_licensed(appointment.provider_id, appointment.state, timezone.now()):
        raise NotChangeable
    _step(appointment, [Status.BOOKED], Status.CHECKED_IN, by)
    notices.checked_in(appointment)


def complete(appointment: Appointment, *, by: str) -> None:
    """The visit took place. Raises NotChangeable unless it has begun and was not closed before."""
    _step(appointment, [Status.BOOKED, Status.CHECKED_IN], Status.COMPLETED, by, begun=True)


@in_one_transaction
def no_show(appointment: Appointment, *, by: str) -> None:
    """The patient did not come. Raises NotChangeable unless it was booked and has begun."""
    _step(appointment, [Status.BOOKED], Status.NO_SHOW, by, begun=True)
    notices.no_show(reread(appointment))


def _step(
    appointment: Appointment, allowed: list[Status], to: Status, by: str, *, begun: bool = False
) -> None:
    when = Q(starts_at__lte=timezone.now()) if begun else Q()
    changed = Appointment.objects.filter(when, pk=appointment.pk, status__in=allowed).update(
        status=to, changed_by=by
    )
    if not changed:
        raise NotChangeable

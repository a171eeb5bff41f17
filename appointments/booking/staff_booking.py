"""What staff book and move for patients: by the same rules, or outside them with a reason.

A reason opens closed hours, short notice, days too far ahead, full days, and for who walks in one
that has just begun. Nothing opens a time that somebody has, one that is past, or a state in which
the provider holds no license.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError
from django.db.models import F

from appointments.booking import patients, visit_events, waitlist_trigger
from appointments.booking.holds import HOLD_FOR, times_kept, times_of
from appointments.booking.patients import (
    BookedAlready,
    PatientDetails,
    lock_address,
    of_person,
    require_no_other,
)
from appointments.booking.rules import (
    NotChangeable,
    SlotTaken,
    TimePast,
    in_one_transaction,
    is_licensed,
    lock,
    nearest_slots,
    raise_unless_conflict,
    require_age,
    require_age_after_move,
    settle_expired,
)
from appointments.booking.visits import reread
from appointments.emails import visit_emails
from appointments.models import Appointment, Provider, Service, Status
from appointments.scheduling import availability
from core.database import database_time

# While somebody who walked in is written down, the time they are seen at begins.
WALK_IN = timedelta(minutes=30)


class NotLicensed(Exception):
    """The provider may not treat in that state then, or sees no patients any more."""


class OutsideRules(Exception):
    """Nobody has the time, but patients could not book it: staff may, with a reason."""


@dataclass(frozen=True)
class WantedVisit:
    """A visit as staff want it. `reason` is why outside the rules; empty: only within them.

    `beside` are the keys of the patient's visits at the same time that both are wanted of.
    """

    provider: Provider
    service: Service
    state: str
    starts_at: datetime
    reason: str = ""
    beside: frozenset[int] = frozenset()

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.service.length


def book_for_patient(wanted: WantedVisit, details: PatientDetails, *, by: str) -> Appointment:
    """Book it at once and queue its confirmation. No limit of upcoming visits holds for staff.

    Raises SlotTaken if somebody has the time, TimePast, NotLicensed, OutsideRules where it
    needs a reason, BookedAlready, AtTheSameTime for a patient who has another visit then, and
    RecordRestricted, and TooYoung below the service's minimum age, which no reason opens.
    """
    try:
        return _book_one(wanted, details, by)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken(nearest_slots(wanted.service, wanted.state, wanted.starts_at)) from error


@in_one_transaction
def _book_one(wanted: WantedVisit, details: PatientDetails, by: str) -> Appointment:
    lock([wanted.provider.pk])
    lock_address(details)
    patients.require_unrestricted(details)
    same = already_booked(wanted, details)
    if same:
        raise BookedAlready([same])
    require_no_other(details, wanted.starts_at, wanted.ends_at, but=wanted.beside)
    require_age(wanted.service, details.birth_date, wanted.state, wanted.starts_at)
    require_allowed(wanted)
    appointment = write(wanted, details, by)
    visit_events.booked(appointment)
    visit_emails.booked(appointment)
    return appointment


def already_booked(wanted: WantedVisit, details: PatientDetails) -> Appointment | None:
    """The visit of this patient that is exactly what is wished for, if there is one."""
    booked = of_person(details).filter(status=Status.BOOKED, provider=wanted.provider)
    return booked.filter(service=wanted.service, starts_at=wanted.starts_at).first()


def require_allowed(wanted: WantedVisit, *, moving: Appointment | None = None) -> None:
    """Lock the provider and check all that the constraint does not. Raises as above."""
    pk = wanted.provider.pk
    lock([pk])
    if not is_licensed(pk, wanted.state, wanted.starts_at):
        raise NotLicensed
    now = database_time.now()
    if wanted.starts_at <= now - WALK_IN:
        raise TimePast
    settle_expired([pk], now)
    if wanted.reason or is_within_rules(wanted, moving=moving):
        return
    kept = (
        times_kept(moving, wanted.starts_at)
        if moving
        else times_of(wanted.service, wanted.starts_at)
    )
    others = Appointment.objects.blocking(now).filter(provider=pk).overlapping(*kept["blocked"])
    if (others.exclude(pk=moving.pk) if moving else others).exists():
        raise SlotTaken(nearest_slots(wanted.service, wanted.state, wanted.starts_at))
    raise OutsideRules


def is_within_rules(wanted: WantedVisit, *, moving: Appointment | None = None) -> bool:
    """Return whether a patient could book it now."""
    about = wanted.service, wanted.state, wanted.starts_at
    return bool(availability.free_providers(*about, only=wanted.provider, moving=moving))


def write(wanted: WantedVisit, details: PatientDetails, by: str, **also: Any) -> Appointment:
    """The row, by way of a hold, so that its history says who booked it. Under the lock."""
    now = database_time.now()
    appointment = Appointment.objects.create(
        status=Status.HELD,
        held_until=now + HOLD_FOR,
        visitor=uuid4().hex,
        provider=wanted.provider,
        service=wanted.service,
        state=wanted.state,
        starts_at=wanted.starts_at,
        **times_of(wanted.service, wanted.starts_at),
        price_cents=wanted.service.price_cents,
        patient=patients.remember(details),
        **details.on_appointment(wanted.state),
        made_by_staff=True,
        staff_reason=wanted.reason,
        **also,
    )
    Appointment.objects.filter(pk=appointment.pk).update(
        status=Status.BOOKED, held_until=None, visitor="", changed_by=by
    )
    patients.record_consents(appointment, details, now)
    return reread(appointment)


def move_for_patient(
    appointment: Appointment,
    *,
    provider: Provider,
    starts_at: datetime,
    by: str,
    reason: str = "",
    beside: Collection[int] = (),
    tell: bool = True,
) -> Appointment:
    """Give the visit another time or provider and tell both. Its length stays as it was booked.

    Without `tell` the patient gets no mail: staff have told them.

    What it has already changes nothing and mails nobody. One that has begun, or was checked in, is
    booked anew. Raises as `book_for_patient`, and NotChangeable where something came of it already,
    it was over a week ago, or it was changed meanwhile.
    """
    if (provider, starts_at) == (appointment.provider, appointment.starts_at):
        return _unmoved(appointment)
    wanted = WantedVisit(
        provider, appointment.service, appointment.state, starts_at, reason, frozenset(beside)
    )
    try:
        return _move(appointment, wanted, by, tell)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken(nearest_slots(wanted.service, wanted.state, starts_at)) from error


def _unmoved(appointment: Appointment) -> Appointment:
    same = Appointment.objects.open_to_staff(database_time.now()).filter(
        pk=appointment.pk, sequence=appointment.sequence
    )
    if not same.exists():
        raise NotChangeable
    return appointment


@in_one_transaction
def _move(appointment: Appointment, wanted: WantedVisit, by: str, tell: bool) -> Appointment:
    lock([appointment.provider_id, wanted.provider.pk])
    if appointment.patient:
        lock_address(appointment)
        but = [*wanted.beside, appointment.pk]
        ends_at = wanted.starts_at + appointment.length
        require_no_other(appointment.patient, wanted.starts_at, ends_at, but=but)
        require_age_after_move(appointment, wanted.starts_at)
    require_allowed(wanted, moving=appointment)
    changed = (
        Appointment.objects.open_to_staff(database_time.now())
        .filter(pk=appointment.pk, sequence=appointment.sequence)
        .update(
            status=Status.BOOKED,
            provider=wanted.provider,
            starts_at=wanted.starts_at,
            sequence=F("sequence") + 1,
            changed_by=by,
            staff_reason=wanted.reason,
            **times_kept(appointment, wanted.starts_at),
        )
    )
    if not changed:
        raise NotChangeable
    moved = reread(appointment)
    visit_emails.moved(moved, was=appointment, tell=tell)
    visit_events.moved(moved)
    waitlist_trigger.look_soon()
    return moved


def keep(appointment: Appointment, *, reason: str) -> None:
    """The visit takes place as booked, outside the provider's hours. Raises NotChangeable."""
    if not reason:
        raise OutsideRules
    kept = Appointment.objects.upcoming(database_time.now()).filter(pk=appointment.pk)
    if not kept.update(staff_reason=reason):
        raise NotChangeable


def keep_all(visits: Sequence[Appointment], *, reason: str) -> None:
    """The same for many. Those that are not upcoming any more need nothing."""
    pks = [visit.pk for visit in visits]
    Appointment.objects.upcoming(database_time.now()).filter(pk__in=pks).update(staff_reason=reason)


def lock_everyone(only: int | None = None) -> None:
    """Let no visit be booked or moved until the transaction ends: for changes of the calendar.

    `only`: with this provider.
    """
    everyone: Sequence[int] = list(Provider.objects.values_list("pk", flat=True))
    lock(everyone if only is None else [only])

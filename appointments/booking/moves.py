"""Moving a visit, by the rules of booking."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError
from django.db.models import F

from appointments.booking import visit_events, waitlist_trigger
from appointments.booking.holds import times_kept
from appointments.booking.patients import lock_address, require_no_other
from appointments.booking.rules import (
    NotChangeable,
    OnlyWithProof,
    SlotTaken,
    TooYoung,
    in_one_transaction,
    lock,
    nearest_slots,
    raise_unless_conflict,
    refused,
    require_age_after_move,
    require_open,
    require_room,
    require_within_visit_limits,
    settle_expired,
)
from appointments.booking.visits import require_time_left, reread
from appointments.emails import visit_emails
from appointments.models import Appointment, Provider
from appointments.models.appointment_status import PATIENT
from appointments.scheduling import availability
from core.database import database_time


def move(
    appointment: Appointment,
    *,
    provider: Provider | None,
    starts_at: datetime,
    proved: bool = False,
    beside: Collection[int] | None = None,
    by: str = PATIENT,
) -> Appointment:
    """Give the visit another time, by the same rules; the old time is free in the same moment.

    Without `provider` it stays with its own where they are free, else whoever is. The time that it
    has already changes nothing and mails nobody. `proved`: a
    link that was mailed led here; a visit that no mailbox stands for goes where a hold of its
    kind may be taken. `beside`: keys of the person's visits at that time that both are wanted of,
    and then AtTheSameTime is raised for any other; None: they must not be told of their visits,
    because only a browser that typed an address asks. Raises SlotTaken if nobody is free then, its
    kinds OnlyWithProof, TimeClosed and TooYoung, and NotChangeable if it has begun or was changed
    meanwhile.
    """
    if starts_at == appointment.starts_at and provider in (None, appointment.provider):
        return _unmoved(appointment, by)
    service, state = appointment.service, appointment.state
    proved = proved or appointment.proved
    about = service, state, starts_at
    free = availability.free_providers(
        *about, only=provider, moving=appointment, without_proof=not proved
    )
    for candidate in sorted(free, key=lambda who: who.pk != appointment.provider_id):
        try:
            return _move(appointment, candidate, starts_at, by, proved, beside)
        except (OnlyWithProof, TooYoung):
            raise
        except SlotTaken:  # the calendar has changed meanwhile
            continue
        except IntegrityError as error:
            raise_unless_conflict(error)
    if not proved and availability.free_providers(*about, only=provider, moving=appointment):
        raise OnlyWithProof(nearest_slots(service, state, starts_at, without_proof=True))
    asked = [provider] if provider else availability.candidates(service, state)
    raise refused(asked, service, state, starts_at, starts_at + appointment.length)


def _unmoved(appointment: Appointment, by: str) -> Appointment:
    require_time_left(appointment, by)
    same = Appointment.objects.changeable(database_time.now()).filter(
        pk=appointment.pk, sequence=appointment.sequence
    )
    if not same.exists():
        raise NotChangeable
    return appointment


@in_one_transaction
def _move(
    appointment: Appointment,
    provider: Provider,
    starts_at: datetime,
    by: str,
    proved: bool,
    beside: Collection[int] | None,
) -> Appointment:
    require_time_left(appointment, by)
    pks = [appointment.provider_id, provider.pk]
    lock(pks)
    if appointment.patient and beside is not None:
        lock_address(appointment)
        but = [*beside, appointment.pk]
        require_no_other(appointment.patient, starts_at, starts_at + appointment.length, but=but)
    require_age_after_move(appointment, starts_at)
    now = database_time.now()
    settle_expired(pks, now)
    about = provider, appointment.service, appointment.state, starts_at
    require_open(*about, starts_at + appointment.length)
    require_within_visit_limits(*about, moving=appointment)
    if not proved:
        require_room(*about, moving=appointment)
    changed = (
        Appointment.objects.changeable(now)
        .filter(pk=appointment.pk, sequence=appointment.sequence)
        .update(
            provider=provider,
            starts_at=starts_at,
            sequence=F("sequence") + 1,
            changed_by=by,
            proved=proved,
            **times_kept(appointment, starts_at),
        )
    )
    if not changed:
        raise NotChangeable
    moved = reread(appointment)
    if moved.waits_for_the_patient:
        visit_emails.must_confirm(moved)
    else:
        visit_emails.moved(moved, was=appointment)
        visit_events.moved(moved)
    waitlist_trigger.look_soon()
    return moved

"""Who else comes to a visit: asking for them, the patient's yes, and taking it back.

Each has a link of their own, which we mail to nobody: whoever asked for it hands it on. It is shown
once, because only its hash is kept. Letting them in is `encounter`'s, by the clinician.
"""

import secrets

from django.db import transaction

from appointments.booking.rules import NotChangeable
from appointments.models import Appointment
from core.database import database_time
from core.staff.models import User
from visits import encounter
from visits.models import Guest, Visit
from visits.models.guests import VALID_AFTER_VISIT
from visits.models.visits import GUESTS, Seat
from visits.phases import Phase

PATTERN = r"[A-Za-z0-9_-]{22}"  # 128 random bits


class NoSeat(Exception):
    """Raised where every seat for guests is taken."""


@transaction.atomic
def ask(
    appointment: Appointment, *, name: str, role: str, by: User | None = None
) -> tuple[Guest, str]:
    """Give somebody a seat; return them and the token of their link, which is kept nowhere.

    The patient who asks agrees by that. Whom `by` of the staff asks waits for the patient's yes.
    Raises NoSeat, or NotChangeable where the visit is over or takes place elsewhere.
    """
    if not can_be_asked_to(appointment):
        raise NotChangeable
    visit = Visit.objects.select_for_update().get(pk=encounter.open_room(appointment).pk)
    taken = set(visit.guests.standing().values_list("seat", flat=True))
    free = [seat for seat in GUESTS if seat not in taken]
    if not free:
        raise NoSeat
    token, now = secrets.token_urlsafe(16), database_time.now()
    guest = visit.guests.create(
        seat=free[0],
        role=role,
        name=name,
        token_hash=Guest.hashed(token),
        expires_at=appointment.ends_at + VALID_AFTER_VISIT,
        asked_at=now,
        asked_by=by,
        agreed_at=None if by else now,
    )
    return guest, token


def can_be_asked_to(appointment: Appointment) -> bool:
    """Return whether it is a visit in a room of ours that is still to come, or going on."""
    if not appointment.takes_place_here:
        return False
    entry = encounter.enter(appointment, Seat.PATIENT, now=database_time.now())
    return entry.phase not in (Phase.OVER, Phase.CANCELLED, Phase.CLOSED)


def agree(guest: Guest) -> None:
    """Take the patient's yes. Raises NotChangeable where the link was taken back meanwhile."""
    standing = Guest.objects.standing().filter(pk=guest.pk, agreed_at=None)
    if not standing.update(agreed_at=database_time.now()):
        raise NotChangeable


def come(guest: Guest) -> None:
    """Note that they are at the door. Safe to run again."""
    Guest.objects.filter(pk=guest.pk, knocked_at=None).update(knocked_at=database_time.now())


@transaction.atomic
def revoke(guest: Guest, *, by: User | None = None) -> None:
    """Take a link back, which ends it at once, and frees the seat; whoever sits there is sent out.

    `by` is None for the patient, whose no it is too. Raises NotChangeable where it was taken back.
    """
    if not Guest.objects.standing().filter(pk=guest.pk).update(revoked_at=database_time.now()):
        raise NotChangeable
    encounter.send_guest_out(guest, by=by)


def find(token: str) -> Guest | None:
    """Return whose link this is, taken back or not; None where nobody was given it."""
    found = Guest.objects.filter(token_hash=Guest.hashed(token))
    return found.select_related(
        "visit__appointment__provider", "visit__appointment__service"
    ).first()


def has_ended(guest: Guest) -> bool:
    """Return whether the link opens nothing any more: taken back, or the visit's day is past."""
    return guest.revoked_at is not None or guest.ends_at <= database_time.now()


def of_visit(appointment: Appointment) -> list[Guest]:
    """Return those whose links stand, in the order of their seats."""
    return list(Guest.objects.standing().filter(visit__appointment=appointment).order_by("seat"))

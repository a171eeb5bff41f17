"""One person at one time: nobody is booked twice in the same minute without being asked.

The person is who `patients.match_key` says, whatever the provider and the service. Whoever books
holds the provider's lock first and then that of the address, so two bookings of one person wait for
one another.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from appointments.booking import patients
from appointments.models import Appointment, Status
from appointments.models.appointment_status import AppointmentQuerySet


class BookedAlready(Exception):
    """The form was sent twice: what it asks for, `visits`, stands already."""

    def __init__(self, visits: list[Appointment]) -> None:
        super().__init__("booked already")
        self.visits = visits


class AtTheSameTime(Exception):
    """The person has these `visits` then, and nobody has said that they want both."""

    def __init__(self, visits: list[Appointment]) -> None:
        super().__init__("another visit at the same time")
        self.visits = visits


def lock_address(email: str) -> None:
    """Let nobody else book for this address until the transaction ends. After the provider."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('upcoming:' || lower(%s)))", [email])


def of_person(person: patients.Person) -> AppointmentQuerySet:
    """The visits that a person has: booked, here, or kept until the mailed link is used."""
    kept = Q(status__in=[Status.BOOKED, Status.CHECKED_IN]) | Q(
        status=Status.HELD, held_until__gt=timezone.now()
    )
    whose = patients.known_as(patients.match_key(person))
    found = Appointment.objects.filter(kept, patient__in=whose)
    return found.order_by("starts_at", "pk")


def overlapping(
    person: patients.Person,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> AppointmentQuerySet:
    """Return the person's visits that share a minute with [starts_at, ends_at), without `but`.

    Buffers do not count: they are the provider's.
    """
    found = of_person(person).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return found.exclude(pk__in=but)


def at_that_time(
    person: patients.Person,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> list[Appointment]:
    """Return the same, to be shown: each with its provider, service and patient."""
    found = overlapping(person, starts_at, ends_at, but=but)
    return list(found.select_related("provider", "service", "patient"))


def require_no_other(
    person: patients.Person,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> None:
    """Raise AtTheSameTime where the person has a visit then that is not in `but`."""
    others = at_that_time(person, starts_at, ends_at, but=but)
    if others:
        raise AtTheSameTime(others)

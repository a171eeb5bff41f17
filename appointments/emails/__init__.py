"""The mails that a change of a visit owes, to its patient and to its provider.

Every mail is written to the outbox in the transaction of the change that causes it, under a key
that exists once. `patients` and `staff` know the words; `booking` calls the functions here.
"""

from collections.abc import Sequence

from appointments.emails import patients, staff
from appointments.emails.patients import ABOUT, about, drop_waiting, must_confirm, my_visits, proof
from appointments.emails.staff import booking_paused
from appointments.models import Appointment

__all__ = [
    "ABOUT",
    "about",
    "booked",
    "booking_paused",
    "cancelled",
    "checked_in",
    "drop_waiting",
    "moved",
    "must_confirm",
    "my_visits",
    "no_show",
    "proof",
    "readdressed",
    "series_booked",
]


def booked(appointment: Appointment) -> None:
    patients.booked(appointment)
    staff.booked(appointment)


def series_booked(appointments: Sequence[Appointment]) -> None:
    """The patient gets one mail for all, the provider of each the usual one."""
    first, *later = sorted(appointments, key=lambda visit: visit.starts_at)
    patients.series_booked(first, later)
    for visit in appointments:
        staff.booked(visit)


def readdressed(appointment: Appointment, *, was: str) -> None:
    """The confirmation once more, to the address that is right now; the calendar of the former
    one, `was`, gives the visit up."""
    patients.readdressed(appointment)
    patients.left_address(appointment, was)


def moved(appointment: Appointment, *, was: Appointment) -> None:
    """`was` is the visit as it stood before, with its former time and provider."""
    patients.moved(appointment)
    staff.moved(appointment, was)


def cancelled(appointment: Appointment, *, by_patient: bool) -> None:
    patients.cancelled(appointment, by_patient=by_patient)
    staff.cancelled(appointment)


def checked_in(appointment: Appointment) -> None:
    patients.drop_waiting(appointment)


def no_show(appointment: Appointment) -> None:
    patients.no_show(appointment)

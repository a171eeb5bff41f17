"""The workflow of appointments: it alone changes a status. Views, admin and tasks call it.

`rules` holds what every change keeps to, `holds` the slot kept while a patient fills in the form,
`visits` the visit from booked to over.
"""

from appointments.booking.corrections import correct_address
from appointments.booking.holds import (
    HOLD_FOR,
    fairly,
    prolong,
    purge_abandoned_holds,
    release,
    take_hold,
)
from appointments.booking.rules import HoldGone, NotChangeable, SlotTaken, nearest
from appointments.booking.visits import (
    PatientDetails,
    book,
    cancel,
    check_in,
    complete,
    confirm,
    move,
    no_show,
)

__all__ = [
    "HOLD_FOR",
    "HoldGone",
    "NotChangeable",
    "PatientDetails",
    "SlotTaken",
    "book",
    "cancel",
    "check_in",
    "complete",
    "confirm",
    "correct_address",
    "fairly",
    "move",
    "nearest",
    "no_show",
    "prolong",
    "purge_abandoned_holds",
    "release",
    "take_hold",
]

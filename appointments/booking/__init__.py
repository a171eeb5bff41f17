"""The workflow of appointments: it alone changes a status. Views, admin and tasks call it.

`rules` holds what every change keeps to, `same_time` that nobody is booked twice at one, `pressure`
how much is taken of late, `holds` the slot kept while a patient fills in the form, `visits` the
visit from booked to over, `moves` its other times, `staff` and `follow_ups` what staff book and
move for patients, `records` whose record a visit stands in.
"""

from appointments.booking.corrections import correct_address, readdress
from appointments.booking.follow_ups import book_series, cancel_series, planned_ahead
from appointments.booking.holds import (
    HOLD_FOR,
    SHORT_HOLD,
    by_workload,
    extend,
    purge_abandoned_holds,
    release,
    revoke,
    take_hold,
    was_revoked,
)
from appointments.booking.moves import move
from appointments.booking.patients import PatientDetails
from appointments.booking.pressure import Pressure
from appointments.booking.pressure import read as pressure
from appointments.booking.record_merging import RecordsChanged, give, merge, seen
from appointments.booking.rules import (
    BookingRests,
    HoldGone,
    NotChangeable,
    OnlyWithProof,
    SlotTaken,
    TimeClosed,
    nearest_slots,
)
from appointments.booking.simultaneous_visits import AtTheSameTime, BookedAlready, at_that_time
from appointments.booking.staff_booking import (
    NotLicensed,
    OutsideRules,
    WantedVisit,
    book_for_patient,
    keep,
    keep_all,
    lock_everyone,
    move_for_patient,
)
from appointments.booking.visits import (
    CONFIRM_WITHIN,
    book,
    cancel,
    check_in,
    complete,
    confirm,
    no_show,
)

__all__ = [
    "CONFIRM_WITHIN",
    "HOLD_FOR",
    "SHORT_HOLD",
    "AtTheSameTime",
    "BookedAlready",
    "BookingRests",
    "HoldGone",
    "NotChangeable",
    "NotLicensed",
    "OnlyWithProof",
    "OutsideRules",
    "PatientDetails",
    "Pressure",
    "RecordsChanged",
    "SlotTaken",
    "TimeClosed",
    "WantedVisit",
    "at_that_time",
    "book",
    "book_for_patient",
    "book_series",
    "by_workload",
    "cancel",
    "cancel_series",
    "check_in",
    "complete",
    "confirm",
    "correct_address",
    "extend",
    "give",
    "keep",
    "keep_all",
    "lock_everyone",
    "merge",
    "move",
    "move_for_patient",
    "nearest_slots",
    "no_show",
    "planned_ahead",
    "pressure",
    "purge_abandoned_holds",
    "readdress",
    "release",
    "revoke",
    "seen",
    "take_hold",
    "was_revoked",
]

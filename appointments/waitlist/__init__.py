"""The waitlist: it alone changes places in line and offers. The booking itself is `booking`'s.

`places` has who waits, `offering` what they are offered, `answers` what becomes of it, `beside` the
visits that who waits has all the same, `corrections` what staff put right.
"""

from appointments.waitlist.corrections import AlreadyWaits, correct_address, follow_patient
from appointments.waitlist.entries import first_that_suits, join, keep, leave, purge, remove
from appointments.waitlist.offers import offer_freed_times
from appointments.waitlist.own_visits import entries_beside, keep_beside, visits_of
from appointments.waitlist.responses import HasVisit, OfferOver, accept, agree, decline

__all__ = [
    "AlreadyWaits",
    "HasVisit",
    "OfferOver",
    "accept",
    "agree",
    "correct_address",
    "decline",
    "entries_beside",
    "first_that_suits",
    "follow_patient",
    "join",
    "keep",
    "keep_beside",
    "leave",
    "offer_freed_times",
    "purge",
    "remove",
    "visits_of",
]

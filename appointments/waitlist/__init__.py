"""The waitlist: it alone changes places in line and offers. The booking itself is `booking`'s.

`places` has who waits, `offering` what they are offered, `answers` what becomes of it,
`corrections` what staff put right.
"""

from appointments.waitlist.answers import OfferOver, accept, agree, decline
from appointments.waitlist.corrections import AlreadyWaits, correct_address, follow_patient
from appointments.waitlist.offering import offer_freed_times
from appointments.waitlist.places import first_that_suits, join, keep, leave, purge, remove

__all__ = [
    "AlreadyWaits",
    "OfferOver",
    "accept",
    "agree",
    "correct_address",
    "decline",
    "first_that_suits",
    "follow_patient",
    "join",
    "keep",
    "leave",
    "offer_freed_times",
    "purge",
    "remove",
]

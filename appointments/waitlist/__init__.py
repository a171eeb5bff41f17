"""The waitlist: it alone changes places in line and offers. The booking itself is `booking`'s.

`places` has who waits, `offering` what they are offered, `answers` what becomes of it.
"""

from appointments.waitlist.answers import OfferOver, accept, agree, decline
from appointments.waitlist.offering import offer_freed_times
from appointments.waitlist.places import first_that_suits, join, keep, leave, purge, remove

__all__ = [
    "OfferOver",
    "accept",
    "agree",
    "decline",
    "first_that_suits",
    "join",
    "keep",
    "leave",
    "offer_freed_times",
    "purge",
    "remove",
]

"""The life of a subscriber, and the only door to it: nothing else changes their status.

    ask → (the owner of the address confirms) → active → left, bounced, complained or erased
                                                 ↑        │ undo for an hour; later by asking
                                                 └────────┘ and confirming anew

Each step leaves a consent row that is never changed. Each is one conditional UPDATE, in one order
of locks: confirmations first, then the subscriber.
"""

from newsletter.subscription.confirm import LinkEnded, come_back, confirm, find_confirmation
from newsletter.subscription.erasure import erase, forget_old_confirmations, forget_who_left
from newsletter.subscription.hard_bounces import allowed, bounced, keep_on, take_off
from newsletter.subscription.lookup import find
from newsletter.subscription.preferences import choose, pause, resume
from newsletter.subscription.signup import ask, ask_to_move, consent_text
from newsletter.subscription.soft_bounces import passing_failure, received
from newsletter.subscription.unsubscribe import can_come_back, leave, suppress

__all__ = [
    "LinkEnded",
    "allowed",
    "ask",
    "ask_to_move",
    "bounced",
    "can_come_back",
    "choose",
    "come_back",
    "confirm",
    "consent_text",
    "erase",
    "find",
    "find_confirmation",
    "forget_old_confirmations",
    "forget_who_left",
    "keep_on",
    "leave",
    "passing_failure",
    "pause",
    "received",
    "resume",
    "suppress",
    "take_off",
]

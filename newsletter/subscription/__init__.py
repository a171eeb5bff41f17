"""The life of a subscriber, and the only door to it: nothing else changes their status.

    sign_up → (the owner of the address confirms) → active → left, bounced, complained or erased
                                                     ↑        │ undo for an hour; later by signing
                                                     └────────┘ up and confirming anew

Each step leaves a consent row that is never changed. Each is one conditional UPDATE, in one order
of locks: confirmations first, then the subscriber.
"""

from newsletter.subscription.confirm import (
    LinkEnded,
    confirm,
    find_confirmation,
    undo_unsubscribe,
)
from newsletter.subscription.erasure import empty_old_confirmations, erase, erase_old_addresses
from newsletter.subscription.hard_bounces import (
    hard_bounce_limit,
    keep_on,
    record_hard_bounce,
    take_off,
)
from newsletter.subscription.lookup import find_subscriber
from newsletter.subscription.preferences import choose_topics, pause, resume
from newsletter.subscription.signup import consent_text, request_address_change, sign_up
from newsletter.subscription.soft_bounces import record_soft_bounce, reset_soft_bounces
from newsletter.subscription.unsubscribe import can_undo_unsubscribe, suppress, unsubscribe

__all__ = [
    "LinkEnded",
    "can_undo_unsubscribe",
    "choose_topics",
    "confirm",
    "consent_text",
    "empty_old_confirmations",
    "erase",
    "erase_old_addresses",
    "find_confirmation",
    "find_subscriber",
    "hard_bounce_limit",
    "keep_on",
    "pause",
    "record_hard_bounce",
    "record_soft_bounce",
    "request_address_change",
    "reset_soft_bounces",
    "resume",
    "sign_up",
    "suppress",
    "take_off",
    "undo_unsubscribe",
    "unsubscribe",
]

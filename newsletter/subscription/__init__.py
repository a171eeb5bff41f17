"""The life of a subscriber, and the only door to it: nothing else changes their status.

    sign_up → (the owner of the address confirms) → active → left, bounced, complained or erased
                                                     ↑        │ undo for an hour; later by signing
                                                     └────────┘ up and confirming anew

Each step leaves a consent row that is never changed. Each is one conditional UPDATE, in one order
of locks: confirmations first, then the subscriber.
"""

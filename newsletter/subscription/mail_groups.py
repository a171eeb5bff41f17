"""How the outbox groups the mails to readers: by the address, or by a change of it.

What waits of a group is dropped, and what was sent of it is emptied, by the group's name.
"""

from newsletter.models import Confirmation, Subscriber


def about(address_hash: str) -> str:
    """Return what the outbox calls the mails of one address."""
    return f"newsletter:{address_hash[:32]}"


def about_move(confirmation_pk: int) -> str:
    """Return what the outbox calls the mail to an address that somebody moves to.

    It goes with the reader who asked for it as well as with the owner of the address.
    """
    return f"newsletter-move:{confirmation_pk}"


def about_moves(subscriber: Subscriber) -> list[str]:
    """Return what the outbox calls the mails of all moves from this subscriber, or to them."""
    moves = Confirmation.objects.of(subscriber).exclude(mover=None)
    return [about_move(pk) for pk in moves.values_list("pk", flat=True)]

"""How many texts go out: to one number, for one network, and in all.

To one number, and to all together, go so many of a kind within an hour as the settings allow. That
is asked when a text is about to be sent; past it, it waits, and none is lost. Each kind is counted
by itself: whoever makes us send codes to a number holds up no reminder. Numbers are counted by a
keyed hash.
"""

from datetime import timedelta

from core.guard import rate_limits
from core.sms import numbers
from core.sms.models import OutgoingText

TRY_AGAIN_AFTER = timedelta(minutes=10)


def may_send(text: OutgoingText) -> bool:
    """Count this text at its first attempt; return False where its number, or all, had enough."""
    if text.attempts > 1:
        return True
    number = numbers.keyed_hash(text.to)
    return rate_limits.allow("texts_per_address", text.template, number) and rate_limits.allow(
        "texts_in_all", text.template
    )


def may_ask(network: str) -> bool:
    """Count one text that somebody from this network asks for; False where they had enough."""
    return rate_limits.allow("texts_asked", network)

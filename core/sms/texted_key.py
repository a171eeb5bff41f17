"""What a link in a text names: a thing's own key, and the number that the text went to.

So a link ends with the number: once a wrong one is corrected, who got the text opens nothing more.
"""

import hmac
from typing import Any

from core.sms import numbers

LENGTH = 16  # hex digits of the number's keyed hash


def join(key: str, number: Any) -> str:
    """Return both as one, of letters that a link may have."""
    return key + numbers.keyed_hash(number)[:LENGTH]


def split(texted: str) -> tuple[str, str]:
    """Return the key, and what stands for the number."""
    return texted[:-LENGTH], texted[-LENGTH:]


def is_of(part: str, number: Any) -> bool:
    """Return whether this part stands for the number."""
    return hmac.compare_digest(part, numbers.keyed_hash(number)[:LENGTH])

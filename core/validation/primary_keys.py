"""Keys of rows as requests write them."""

import re
from collections.abc import Iterable

NO_ROW = 0  # no row has it
_KEY = re.compile("[0-9]{1,18}")


def parse_key(text: object) -> int:
    """Return the key that `text` writes; NOBODYS for what no row can have.

    Other digits than ASCII's are none, nor is a number that PostgreSQL could not hold.
    """
    return int(str(text)) if _KEY.fullmatch(str(text)) else NO_ROW


def parse_keys(texts: Iterable[str]) -> set[int]:
    """Return the keys in fields such as "12,13,14": one field, however many rows."""
    return {parse_key(part) for text in texts for part in text.split(",")} - {NO_ROW}

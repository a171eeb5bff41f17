"""Keys of threads, files and messages as requests write them. What is none finds nothing."""

import re

PATTERN = "[A-Za-z0-9_-]{22}"  # 128 bits: see `appointments.models.keys`
NO_KEY = "-"
_KEY = re.compile(PATTERN)


def parse(text: str | None) -> str:
    """Return the key that `text` writes, or NO_KEY, which no row has."""
    return text if text and _KEY.fullmatch(text) else NO_KEY

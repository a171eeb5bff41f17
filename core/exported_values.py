"""What an export of somebody's data is made of: plain values by their names, times in UTC."""

from datetime import datetime
from typing import Any

Record = dict[str, Any]


def iso(value: datetime | None) -> str | None:
    """Return a moment as ISO 8601 has it, to the second."""
    return value.isoformat(timespec="seconds") if value else None

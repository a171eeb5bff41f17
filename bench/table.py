"""The table that a bench run prints."""

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, the figure, its limit, and whether it is kept (None: only a base)."""

    what: str
    figure: str
    limit: str
    kept: bool | None


def show(rows: Iterable[Row]) -> str:
    rows = list(rows)
    widths = [max(len(str(row[column])) for row in rows) for column in range(3)]
    lines = []
    for row in rows:
        cells = "  ".join(str(row[column]).ljust(widths[column]) for column in range(3))
        verdict = "" if row.kept is None else ("kept" if row.kept else "MISSED")
        lines.append(f"{cells}  {verdict}".rstrip())
    return "\n".join(lines)

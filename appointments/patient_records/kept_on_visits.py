"""What other apps keep of a visit beside its row: they register it here.

So an export holds it, and it goes when the visit's row names nobody any more.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.exported_values import Record


@dataclass(frozen=True)
class KeptOnVisits:
    """One part of an export. `collect` and `forget` are given the keys of visits.

    `collect` returns plain values, times in UTC, each with the uid of its visit as "visit";
    `forget` runs in the transaction that forgets the patient, and may run twice.
    """

    name: str
    collect: Callable[[Collection[int]], list[Record]]
    forget: Callable[[Collection[int]], None]


_kept: dict[str, KeptOnVisits] = {}


def register(kept: KeptOnVisits) -> None:
    """Let exports and erasures know of it. Registering it twice is fine."""
    _kept[kept.name] = kept


def collect(visits: Collection[int]) -> dict[str, list[Record]]:
    """Return each part of an export of these visits, by its name."""
    return {name: kept.collect(visits) for name, kept in _kept.items()}


def forget(visits: Collection[int]) -> None:
    """Delete all of it, in the caller's transaction."""
    for kept in _kept.values():
        kept.forget(visits)

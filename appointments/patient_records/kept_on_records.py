"""What other apps keep of a patient beside the record, and no visit: they register it here.

So an export of the record holds it, and it goes when the record is erased or its time is over.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.exported_values import Record


@dataclass(frozen=True)
class KeptOnRecords:
    """One part of an export. `collect` and `forget` are given the keys of records of one person:
    that of the record, and of those that were merged into it.

    `collect` returns plain values, times in UTC; `forget` runs in the transaction that forgets the
    patient, before the record is gone, and may run twice. It runs also where the law has us keep
    visits, so that the record stays: what it has us keep, `forget` leaves.
    """

    name: str
    collect: Callable[[Collection[int]], list[Record]]
    forget: Callable[[Collection[int]], None]


_kept: dict[str, KeptOnRecords] = {}


def register(kept: KeptOnRecords) -> None:
    """Let exports and erasures know of it. Registering it twice is fine."""
    _kept[kept.name] = kept


def collect(records: Collection[int]) -> dict[str, list[Record]]:
    """Return each part of an export of these records, by its name."""
    return {name: kept.collect(records) for name, kept in _kept.items()}


def forget(records: Collection[int]) -> None:
    """Delete all of it, in the caller's transaction."""
    for kept in _kept.values():
        kept.forget(records)

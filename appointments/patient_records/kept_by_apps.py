"""What other apps keep of a patient: they register it here.

So an export holds it, and it goes when the record is erased, its time is over, or the visit's row
names nobody any more.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.exported_values import Record


@dataclass(frozen=True)
class KeptPart:
    """One part of an export. `collect` and `forget` are given keys.

    `collect` returns plain values, times in UTC; `forget` runs in the transaction that forgets the
    patient, and may run twice.

    `collect_for` is given the key of the user besides who takes the copy as somebody who stands for
    the patient, a parent: it leaves out what the patient, or another, trusted to the clinic alone.
    Without it they get what the patient would.
    """

    name: str
    collect: Callable[[Collection[int]], list[Record]]
    forget: Callable[[Collection[int]], None]
    collect_for: Callable[[Collection[int], int], list[Record]] | None = None

    def collected(self, pks: Collection[int], stands_for: int | None) -> list[Record]:
        """Return its part of an export, for the patient or for this user, who stands for them."""
        if stands_for is not None and self.collect_for is not None:
            return self.collect_for(pks, stands_for)
        return self.collect(pks)


class KeptParts:
    """All parts of one sort."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptPart] = {}

    def register(self, kept: KeptPart) -> None:
        """Let exports and erasures know of it. Registering it twice is fine."""
        self._kept[kept.name] = kept

    def collect(
        self, pks: Collection[int], stands_for: int | None = None
    ) -> dict[str, list[Record]]:
        """Return each part of an export, by its name."""
        return {name: kept.collected(pks, stands_for) for name, kept in self._kept.items()}

    def forget(self, pks: Collection[int]) -> None:
        """Delete all of it, in the caller's transaction."""
        for kept in self._kept.values():
            kept.forget(pks)


# Beside the record, and of no visit: given the keys of the records of one person, those that were
# merged into it as well. `forget` runs before the record is gone, and also where the law has us
# keep visits, so that the record stays: what it has us keep, `forget` leaves.
kept_on_records = KeptParts()
# Beside the row of a visit: given the keys of visits. Each value has the visit's uid as "visit".
kept_on_visits = KeptParts()

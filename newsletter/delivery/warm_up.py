"""How much a new sender may send a day. Pure.

Mailbox providers trust a sender that grows slowly. The plan about doubles every other day, as they
and the large mail services advise, and ends after a month.
"""

from datetime import date

PLAN = (
    *(200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000),
    *(8_000, 11_000, 15_000, 20_000, 28_000, 40_000, 55_000, 75_000, 100_000, 140_000),
    *(190_000, 260_000, 360_000, 500_000, 700_000, 1_000_000, 1_400_000, 1_900_000),
)


def allowed(first: date, today: date) -> int | None:
    """How many may go out today; None where there is no limit any more."""
    day = (today - first).days
    if day < 0:
        return 0
    return PLAN[day] if day < len(PLAN) else None

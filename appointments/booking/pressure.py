"""How much is taken of late by people whose address nobody has proved, read from the visits.

A calm day has none of this. Under pressure a browser works before it holds a time, a hold is short,
and a booking waits for the link in its mail. Nothing is kept anywhere but the visits themselves:
every process sees the same, whatever became of the cache, and what runs out lifts the pressure.
"""

from datetime import datetime
from math import log2
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from appointments.models import ClinicRules

# A clinic that allows fewer an hour than this is not under pressure any sooner.
SMALL_CLINIC = 20
HIGHEST = 4

# Holds that keep a time now; what patients booked within an hour; of that, and of a whole day,
# what no mailbox stands for. A hold's `created` is a few minutes before its booking's.
TAKEN_OF_LATE = """
    SELECT
        count(*) FILTER (WHERE NOT proved AND status = 'held' AND held_until > %(now)s) AS kept,
        count(*) FILTER (
            WHERE status <> 'held' AND created > %(now)s - interval '1 hour') AS booked,
        count(*) FILTER (WHERE NOT proved AND status <> 'held'
            AND created > %(now)s - interval '1 hour') AS unproved_in_hour,
        count(*) FILTER (WHERE NOT proved AND status <> 'held') AS unproved_in_day,
        (SELECT most_hourly FROM appointments_clinicrules) AS most_hourly,
        (SELECT most_unproved FROM appointments_clinicrules) AS most_unproved
    FROM appointments_appointment
    WHERE status IN ('held', 'booked', 'checked_in') AND NOT made_by_staff
        AND created > %(now)s - interval '1 day'
"""


class Pressure(NamedTuple):
    """What was counted, and what staff allow; None where they have saved no rules."""

    kept: int
    booked: int
    unproved_in_hour: int
    unproved_in_day: int
    most_hourly: int | None = None
    most_unproved: int | None = None

    @property
    def hourly(self) -> int:
        return ClinicRules().most_hourly if self.most_hourly is None else self.most_hourly

    @property
    def at_once(self) -> int:
        return ClinicRules().most_unproved if self.most_unproved is None else self.most_unproved

    @property
    def level(self) -> int:
        """0 on a calm day; 1 from a load on that is unusual, one more each time it doubles, to 4.

        Unusual: a quarter of what the clinic allows an hour held at once, half of it booked within
        an hour, or twice of it within a day, all by people whose address nobody has proved.
        """
        usual = max(self.hourly, SMALL_CLINIC)
        load = max(
            self.kept / (usual / 4),
            self.unproved_in_hour / (usual / 2),
            self.unproved_in_day / (usual * 2),
        )
        return min(1 + int(log2(load)), HIGHEST) if load >= 1 else 0

    @property
    def is_on(self) -> bool:
        return self.level > 0

    @property
    def rests(self) -> bool:
        """Whether patients have booked as many visits within an hour as staff allow."""
        return self.booked >= self.hourly

    @property
    def needs_proof(self) -> bool:
        """Whether browsers that have proved nothing keep as many times as staff allow."""
        return self.kept >= self.at_once


def read(now: datetime | None = None) -> Pressure:
    """Count, in one statement that reads what was taken within a day, by an index."""
    asked: dict[str, Any] = {"now": now or timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_OF_LATE, asked)
        return Pressure(*cursor.fetchone())

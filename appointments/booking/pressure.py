"""How much is taken of late by people whose address nobody has proved, read from the visits.

A calm day has none of this. Under pressure a browser works before it holds a time, a hold is short,
and a booking waits for the link in its mail. Nothing is kept anywhere but the visits themselves:
every process sees the same, whatever became of the cache, and what runs out lifts the pressure.
"""

from datetime import datetime, timedelta
from math import log2
from typing import NamedTuple

from django.db import connection

from appointments.models import ClinicRules, Status
from appointments.models.appointment_status import LIVE
from core.database import database_time

# A clinic that allows fewer an hour than this is not under pressure any sooner.
SMALL_CLINIC = 20
HIGHEST = 4

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Pressure(NamedTuple):
    """What was counted, and what staff allow.

    kept: holds that keep a time now, of browsers that have proved nothing.
    booked: what patients booked within an hour; of that, and of a whole day, what no mailbox
    stands for is `unproved_in_hour` and `unproved_in_day`.
    """

    kept: int
    booked: int
    unproved_in_hour: int
    unproved_in_day: int
    rules: ClinicRules

    @property
    def hourly(self) -> int:
        return self.rules.most_hourly

    @property
    def at_once(self) -> int:
        return self.rules.most_unproved

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
    """Count, in one query that reads what was taken within a day, by an index."""
    now = now or database_time.now()
    kept = booked = unproved_in_hour = unproved_in_day = 0
    for status, proved, hour, day in _taken_within_a_day(now):
        if status != Status.HELD:
            booked += hour
            unproved_in_hour += 0 if proved else hour
            unproved_in_day += 0 if proved else day
        elif not proved:
            kept += day
    return Pressure(kept, booked, unproved_in_hour, unproved_in_day, ClinicRules.current())


def _taken_within_a_day(now: datetime) -> list[tuple[str, bool, int, int]]:
    """Return by status and proof how many visits and holds patients took, in an hour and a day.

    Of those that `AppointmentQuerySet.blocking` finds, as a test holds. By hand, as every hold and
    booking asks this: Django takes ten times as long to write it as PostgreSQL to answer.
    """
    # A hold's `created` is a few minutes before its booking's.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT status, proved, count(*) FILTER (WHERE created > %(an_hour_ago)s), count(*)
            FROM appointments_appointment
            WHERE NOT made_by_staff AND created > %(a_day_ago)s AND status = ANY(%(live)s)
                AND NOT (status = %(held)s AND held_until <= %(now)s)
            GROUP BY status, proved
            """,
            {
                "now": now,
                "an_hour_ago": now - HOUR,
                "a_day_ago": now - DAY,
                "live": list(LIVE),
                "held": Status.HELD,
            },
        )
        return cursor.fetchall()

"""How much is taken of late by people whose address nobody has proved, read from the visits.

A calm day has none of this. Under pressure a browser works before it holds a time, a hold is short,
and a booking waits for the link in its mail. Nothing is kept anywhere but the visits themselves:
every process sees the same, whatever became of the cache, and what runs out lifts the pressure.
"""

from datetime import datetime, timedelta
from math import log2
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from appointments.models import Appointment, ClinicRules, Status

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
    now = now or timezone.now()
    taken = Appointment.objects.blocking(now).filter(made_by_staff=False, created__gt=now - DAY)
    # A hold's `created` is a few minutes before its booking's.
    in_hour = Count("pk", filter=Q(created__gt=now - HOUR))
    kinds = (
        taken.order_by()
        .values_list("status", "proved")
        .annotate(in_hour=in_hour, in_day=Count("pk"))
    )
    kept = booked = unproved_in_hour = unproved_in_day = 0
    for status, proved, hour, day in kinds:
        if status != Status.HELD:
            booked += hour
            unproved_in_hour += 0 if proved else hour
            unproved_in_day += 0 if proved else day
        elif not proved:
            kept += day
    return Pressure(kept, booked, unproved_in_hour, unproved_in_day, ClinicRules.current())

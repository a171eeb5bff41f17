"""When texts may go out on the clock of who reads them. Pure.

From eight in the morning to nine in the evening, as 47 CFR 64.1200(c)(1) has it for calls that
nobody asked for. Ours are asked for, and still nobody wants to be woken by one.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGINS, ENDS = time(8), time(21)


def next_allowed(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment itself, or the next eight o'clock in `zone`, in UTC."""
    local = moment.astimezone(zone)
    if BEGINS <= local.time() < ENDS:
        return moment
    day = local.date() + timedelta(days=local.time() >= ENDS)
    return datetime.combine(day, BEGINS, tzinfo=zone).astimezone(UTC)

"""What time it is by the database. It decides what is due, for web servers and workers alike.

A machine whose clock is days ahead would remind, publish, offer and let go days too early.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

log = logging.getLogger(__name__)
READ_EVERY = 60  # seconds; a clock that jumps meanwhile is noticed at once
OFF = 5.0  # seconds from which the log tells of a wrong clock


@dataclass(frozen=True)
class _Reading:
    moment: datetime  # by the database
    process: datetime  # by this machine, at the same instant
    monotonic: float

    @property
    def ahead(self) -> float:
        return (self.process - self.moment).total_seconds()


_last: _Reading | None = None


def now() -> datetime:
    """Return what time it is by the database, in UTC, to within a few milliseconds.

    Costs a query a minute. Without a database it is the time that was read last, carried on, or
    this machine's own.
    """
    reading = _reading()
    return reading.moment + timedelta(seconds=monotonic() - reading.monotonic)


def ahead() -> float:
    """Return by how many seconds this machine's clock is ahead of the database's."""
    return _reading().ahead


def _reading() -> _Reading:
    global _last
    if _last is None or _is_old(_last):
        _last = _read(_last)
    return _last


def _is_old(reading: _Reading) -> bool:
    passed = monotonic() - reading.monotonic
    by_the_clock = (timezone.now() - reading.process).total_seconds()
    return passed > READ_EVERY or abs(by_the_clock - passed) > 1


def _read(last: _Reading | None) -> _Reading:
    before = monotonic()
    moment = _database_time() or _carried_on(last, before)
    reading = _Reading(moment, timezone.now(), (before + monotonic()) / 2)
    if abs(reading.ahead) > OFF and (last is None or abs(last.ahead) <= OFF):
        log.error("This machine's clock is %.0f seconds ahead of the database's.", reading.ahead)
    return reading


def _database_time() -> datetime | None:
    if connection.needs_rollback:  # no query is possible before the transaction ends
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            return datetime.fromtimestamp(float(cursor.fetchone()[0]), UTC)
    except (DatabaseError, InterfaceError):
        return None


def _carried_on(last: _Reading | None, at: float) -> datetime:
    if last is None:
        return timezone.now()
    return last.moment + timedelta(seconds=at - last.monotonic)

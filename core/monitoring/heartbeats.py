"""When workers, beat and `watch` last showed that they work, by the clock of the database."""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from core.monitoring.models import Heartbeat

BEAT, WATCH = "beat", "watch"
_RECORD = """
    INSERT INTO monitoring_heartbeat (name, at) VALUES (%s, statement_timestamp())
    ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at
"""


def worker(queue: str) -> str:
    """Return the name of the worker that takes this queue, a key of HEARTBEAT_QUEUES."""
    return f"worker_{queue}"


def record(name: str, *, using: BaseDatabaseWrapper | None = None) -> None:
    """Write down that this process works now."""
    with (using or connection).cursor() as cursor:
        cursor.execute(_RECORD, [name])


def record_apart(*names: str) -> None:
    """Do so over a connection of its own, closed at once.

    For beat and for the parent of a worker: what they kept open would be inherited by a fork.
    """
    own = connection.copy()
    try:
        for name in names:
            record(name, using=own)
    finally:
        own.close()


def ages() -> dict[str, float]:
    """Return the seconds since each was last seen. Who was never seen is missing."""
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    rows = Heartbeat.objects.annotate(age=age).values_list("name", "age")
    return {name: found.total_seconds() for name, found in rows}

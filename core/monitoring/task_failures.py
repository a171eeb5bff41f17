"""Writes down that a task of the workers failed: its name and the kind of error, nothing else."""

from django.db import connection

_RECORD = """
    INSERT INTO monitoring_taskfailure (task, hour, count, last_at, error)
    VALUES (%s, date_trunc('hour', statement_timestamp()), 1, statement_timestamp(), %s)
    ON CONFLICT (task, hour) DO UPDATE
       SET count = monitoring_taskfailure.count + 1, last_at = EXCLUDED.last_at,
           error = EXCLUDED.error
"""


def record(task: str, error: BaseException) -> None:
    """Count one failure, over a connection of its own: that of the task may be the trouble."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute(_RECORD, [task[:200], kind[:200]])
    finally:
        own.close()

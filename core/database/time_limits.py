"""The server's own limits of time for the site's role, and whether they hold.

They are kept with the role and not sent when a connection begins: a pooler such as pgbouncer
refuses the latter, and hands a session that was changed to the next who comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import quote_ident

LOCK_SECONDS = 2  # how long anybody waits for a row that somebody else has locked
MIGRATION_LOCK_SECONDS = 1  # the same for a migration: whoever comes after it waits as long
IDLE_SECONDS = 60  # how long a transaction may stand still, with all that it has locked


def limits() -> dict[str, int]:
    """Return each of PostgreSQL's parameters and what it is to be, in milliseconds; 0: no limit."""
    return {
        "statement_timeout": settings.DATABASE_STATEMENT_SECONDS * 1000,
        "lock_timeout": LOCK_SECONDS * 1000,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
    }


def statements(cursor: CursorWrapper, role: str) -> list[str]:
    """Return what gives the role its limits in this database, from its next session on.

    The role itself may run them, and whoever may change roles on this server.
    """
    cursor.execute("SELECT current_database()")
    role, database = (quote_ident(name, cursor.cursor) for name in (role, cursor.fetchone()[0]))
    return [
        f"ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}"
        for name, value in limits().items()
    ]


def missing(cursor: CursorWrapper) -> list[str]:
    """Return those that this session is without, or has longer, as `lock_timeout is 5s`."""
    found = []
    for name, value in limits().items():
        cursor.execute(f"SHOW {name}")  # of this session, as the role got it
        shown = cursor.fetchone()[0]
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = %s", [name])
        if value and not 0 < cursor.fetchone()[0] <= value:
            found.append(f"{name} is {shown}")
    return found


@contextmanager
def short_lock_waits(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let this session wait for a lock no longer than a migration may, and afterwards as before.

    It changes the session: of a role that works past any pooler, as the owner of the tables does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, false)", [f"{MIGRATION_LOCK_SECONDS}s"]
        )
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

"""The whole database in a few words, to see whether anything has changed; and how it is emptied.

What removes append-only rows works for the owner of the tables only, as the tests are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from time import sleep

from django.db import connection, transaction

from core.database import append_only, time_limits

# What stands in the template: the words of search, and what each role may do. Of the first, those
# that a test with commits added go again.
KEPT = (
    *("django_migrations", "articles_synonym", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
)
last_word = 0  # of the template
# What migrations wrote: texts to agree to and to sign, reasons. By table, as COPY has it.
seeds: dict[str, str] = {}


def contents() -> dict[str, tuple[int, str]]:
    """Each table's number of rows and a hash of all of them, order aside."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '')"
                f' FROM "{table}" t'
            )
            found[table] = cursor.fetchone()
    return found


@contextmanager
def unguarded(tables: list[str] | None = None) -> Iterator[None]:
    """A transaction in which these append-only tables, or all, can be emptied."""
    tables = append_only.tables() if tables is None else tables
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        # A table that waits for a check at the end of the transaction cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            for trigger in append_only.TRIGGERS:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def _proofs_that_hold_something(cursor) -> list[str]:
    tables = append_only.tables()
    each = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
    cursor.execute(" UNION ALL ".join(each))
    return [table for (table,) in cursor.fetchall()]


def limit_waits() -> None:
    """Give this process's test database the time limits of a site, from the next session on."""
    with connection.cursor() as cursor:
        for statement in time_limits.statements(cursor, connection.settings_dict["USER"]):
            cursor.execute(statement)
    connection.close()


def end_other_sessions() -> None:
    """End the sessions of others in this process's test database."""
    connection.close()  # the last test may have ended this one at its other side
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def note_template() -> None:
    """Remember which rows the template holds, before any test has run."""
    global last_word
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM articles_synonym")
        (last_word,) = cursor.fetchone()
        for table in connection.introspection.table_names(cursor):
            rows = StringIO()
            cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} TO STDOUT", rows)
            if table not in KEPT and rows.getvalue():
                seeds[table] = rows.getvalue()


def commit_without_waiting() -> None:
    """Have every session of this database, also of servers, commit before the disk has it.

    Only a crash of PostgreSQL itself could tell the difference, and no test here is about one.
    """
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    connection.close()


def wait_for_others() -> None:
    """Wait until nobody else is in a transaction here: a server may still answer a page that is
    closed already. Who is in one for longer than three seconds is waited for by the locks."""
    busy = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " AND xact_start IS NOT NULL)"
    )
    with connection.cursor() as cursor:
        for _ in range(150):
            cursor.execute(busy)
            if not cursor.fetchone()[0]:
                return
            sleep(0.02)


def empty_tables() -> None:
    """Empty the tables that hold something, append-only ones too, but not those in KEPT.

    What migrations wrote stands there again afterwards: the next test finds what a clinic has.
    Django's flush truncates all of them: new files for sixty tables take a quarter of a second.
    """
    names = connection.introspection.table_names()
    tables = [connection.ops.quote_name(name) for name in names if name not in KEPT]
    each = "".join(
        f"IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;" for table in tables
    )
    wait_for_others()
    with transaction.atomic(), connection.cursor() as cursor:
        # Also who has only locked rows so far: they would wait for us, and we for them.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        with unguarded(_proofs_that_hold_something(cursor)):
            cursor.execute(f"DO $$ BEGIN {each} END $$")
            cursor.execute("DELETE FROM articles_synonym WHERE id > %s", [last_word])
        for table, rows in seeds.items():
            name = connection.ops.quote_name(table)
            cursor.copy_expert(f"COPY {name} FROM STDIN", StringIO(rows))

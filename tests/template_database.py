"""The database that every test process clones, migrated and with its roles, kept on the server.

Django clones it and migrates the clone, which finds nothing to do and takes a second, not ten. Its
name ends with a hash of all migrations and of the roles: others, in another checkout, have a
template of their own.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.utils import OperationalError, ProgrammingError

from core.staff import roles

MARK = "_template_"
LOCK = int.from_bytes(b"template")  # of the whole server: checkouts may share it
UNUSED = "1 day"  # whatever is older than that goes when a new one is made
IMPORTED = re.compile(r"^from ([\w.]+) import ([\w, ]+)", re.MULTILINE)


def use() -> None:
    """Have Django clone the template, made first where it is missing.

    On a server that refuses (no right to rename, no clone of others' databases) every test
    process migrates a database of its own, as Django does by itself.
    """
    try:
        with connection._nodb_cursor() as cursor:
            name = _ensure(cursor)
    except (OperationalError, ProgrammingError):
        return
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _ensure(cursor) -> str:
    """Return the name of the template. Whoever comes while it is made waits."""
    cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
    cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    prefix = connection.creation._get_test_db_name().partition("_gw")[0] + MARK
    name = prefix + fingerprint(config.path for config in apps.get_app_configs())
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    missing = not cursor.fetchone()
    if missing:
        _make(cursor, name)
    cursor.execute("SELECT now()::text")
    cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', cursor.fetchone())
    if missing:
        remove_unused(cursor, prefix)
    return name


def _make(cursor, name: str) -> None:
    """Migrate a new database, and give it its name when it is whole."""
    unfinished = f"{name}_{os.getpid()}"
    cursor.execute(f'DROP DATABASE IF EXISTS "{unfinished}"')
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    with _connected_to(unfinished):
        call_command("migrate", verbosity=0, interactive=False)
        roles.apply()
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


@contextmanager
def _connected_to(database: str) -> Iterator[None]:
    """Have Django's connection lead to this database meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before


def remove_unused(cursor, prefix: str) -> None:
    """Drop what no run has used for a day, a half-made one of a killed run included."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname NOT IN"
        " (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)"
        " AND coalesce(shobj_description(oid, 'pg_database')::timestamptz, '-infinity')"
        " < now() - %s::interval",
        [prefix, UNUSED],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP DATABASE "{name}"')


def fingerprint(folders: Iterable[str | Path]) -> str:
    """Return a hash of all that shapes the template: the migrations of these apps, in order, roles.

    With them the modules of ours that migrations import by hand, such as those that write SQL.
    """
    digest = hashlib.sha256(Path(roles.__file__).read_bytes())
    for folder in folders:
        for path in sorted(Path(folder).glob("migrations/*.py")):
            for read in (path, *_imported(path)):
                digest.update(f"{Path(folder).name} {read.name}\n".encode() + read.read_bytes())
    return digest.hexdigest()[:12]


def _imported(migration: Path) -> list[Path]:
    """Return the files of ours that it names in `from … import …`."""
    found = []
    for module, names in IMPORTED.findall(migration.read_text()):
        folder = settings.BASE_DIR / module.replace(".", "/")
        found += [folder.with_suffix(".py")]
        found += [folder / f"{name.strip()}.py" for name in names.split(",")]
    return [path for path in found if path.is_file()]

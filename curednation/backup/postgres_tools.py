"""pg_dump and pg_restore: which of those on this machine fit the server, and how to call them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_LIBPQ = ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service")


class NoProgram(Exception):
    """None of the programs here fits the server. The text says what to install."""


@dataclass(frozen=True)
class Program:
    """One of them, with the release of PostgreSQL that it belongs to."""

    path: str
    major: int


def find(name: str, *, server: int, at_least: int = 0) -> Program:
    """Return the one of the server's own release, else the next newer. Raises NoProgram.

    An older one refuses the server, and cannot read what one of `at_least` has written.
    """
    oldest = max(server, at_least)
    here = sorted(_installed(name), key=lambda program: program.major)
    for program in here:
        if program.major >= oldest:
            return program
    found = ", ".join(str(program.major) for program in here) or _("none")
    raise NoProgram(
        _(
            "%(name)s of PostgreSQL %(wanted)d is needed, found: %(found)s. Install "
            "postgresql-client-%(wanted)d, or name its folder in POSTGRES_BIN."
        )
        % {"name": name, "wanted": oldest, "found": found}
    )


def _installed(name: str) -> Iterator[Program]:
    folders = [Path(settings.POSTGRES_BIN)] if settings.POSTGRES_BIN else []
    folders += sorted(DEBIAN.glob("*/bin"))
    paths = [str(folder / name) for folder in folders if os.access(folder / name, os.X_OK)]
    for path in dict.fromkeys(filter(None, [*paths, shutil.which(name)])):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        version = _VERSION.search(said.stdout)
        if version:
            yield Program(path, int(version[1]))


def server_version() -> int:
    """Return the release of the server that the site uses, as 17."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def environment(database: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment that leads libpq there. No password is seen in a list of processes."""
    options = database.get("OPTIONS") or {}
    named = {
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"] or ""),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        **{f"PG{name.upper()}": str(options.get(name, "")) for name in _LIBPQ},
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PGCONNECT_TIMEOUT": "10"} | {k: v for k, v in named.items() if v}


def reason(said: str) -> str:
    """Return in one line what a program said it died of; it may hold names of tables, no rows."""
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    return " ".join(lines[0].split())[:300] if lines else _("It gave no reason.")

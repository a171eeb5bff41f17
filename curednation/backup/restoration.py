"""Bringing a clinic back: all of it is verified first, and a failure leaves the place as it was.

Only an empty database and an empty media folder are written to. The dump is restored in one
transaction; where a later step fails, everything in the new database is removed again.
"""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from pyrage import x25519

from core.cache import pages
from core.database import roles
from curednation.backup import archive, change_list, encryption, keys, media, postgres_tools, review
from curednation.backup.archive import Manifest
from curednation.backup.change_list import Changes
from curednation.backup.encryption import NotReadable

OURS = ("appointments", "articles", "core", "newsletter", "pages")

# What somebody made in the database: no part of an extension, which may be there before.
_IS_EMPTY = """
    SELECT NOT EXISTS (
        SELECT FROM pg_class c WHERE relnamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
"""
_IS_OURS = """
    SELECT pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()
"""
_EMPTY = """
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC
"""


class NotPossible(Exception):
    """Nothing was changed. The text says why."""


@dataclass
class Plan:
    """An archive that was verified, with what is known to have happened since."""

    file: IO[bytes]
    identities: Sequence[x25519.Identity]
    manifest: Manifest
    site: dict[str, Any]  # how the site's own role signs in
    changes: list[Changes] = field(default_factory=list)


def verify(
    path: Path, file: IO[bytes], identities: Sequence[x25519.Identity], since: Sequence[Path]
) -> Plan:
    """Read the whole archive and the files of changes. Raises NotPossible, OSError."""
    name = path.name
    try:
        with encryption.decrypting(file, identities) as clear:
            manifest = archive.verify(clear)
        plan = Plan(file, identities, manifest, dict(connection.settings_dict))
        for each in since:
            name = each.name
            with each.open("rb") as source:
                plan.changes.append(change_list.read(source, identities))
    except NotReadable as error:
        raise NotPossible(f"{name}: {error}") from None
    return plan


def require_place(manifest: Manifest, *, other_keys: bool) -> None:
    """Raise NotPossible unless this release, its keys and an empty place fit the archive."""
    lost = keys.missing(manifest.keys)
    if lost and not other_keys:
        raise NotPossible(
            _(
                "%s is not what it was when the backup was made: links in sent mails would not "
                "open. Put the environment file of that clinic back first."
            )
            % ", ".join(lost)
        )
    here = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in here and _is_ours(name)]
    if unknown:
        raise NotPossible(
            _("A newer release has made this backup (%s): check that one out first.") % unknown[0]
        )
    roles.connect_as_owner()
    with connection.cursor() as cursor:
        cursor.execute(_IS_OURS)
        if not cursor.fetchone()[0]:
            raise NotPossible(_("Name the owner of the database in DATABASE_OWNER_URL."))
    if not media.is_empty():
        raise NotPossible(_("There are files in MEDIA_ROOT: name an empty folder, or move them."))
    with connection.cursor() as cursor:
        cursor.execute(_IS_EMPTY)
        if not cursor.fetchone()[0]:
            raise NotPossible(_("The database holds something: make an empty one."))


def _is_ours(migration: str) -> bool:
    """Whether a migration is of an app of ours: other packages rename theirs now and then."""
    label = migration.partition(".")[0]
    ours = [app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in OURS]
    return label in ours


def restore(plan: Plan, *, nothing_since: bool, say: Callable[[str], Any]) -> list[str]:
    """Bring everything back, and return what staff should know. Raises NotPossible, OSError."""
    placed: list[str] = []
    try:
        say(_("Restoring database and media"))
        _unpack(plan, placed)
        say(_("Bringing the tables to this release"))
        call_command("migrate", verbosity=0, interactive=False)
        say(_("Seeing to it that nothing is sent twice"))
        with transaction.atomic():
            told = review.settle(plan.manifest, plan.changes, nothing_since=nothing_since)
        _give_roles(plan.site)
        media.give_to_site()
        pages.drop_now("site")  # what the cache has kept may show more than there is now
    except BaseException as error:
        _undo(placed)
        if isinstance(error, DatabaseError | CommandError):
            raise NotPossible(str(error)) from None
        if isinstance(error, NotReadable):
            raise NotPossible(str(error)) from None
        raise
    return told


def _unpack(plan: Plan, placed: list[str]) -> None:
    server = postgres_tools.server_version()
    at_least = plan.manifest.pg_dump
    try:
        program = postgres_tools.find("pg_restore", server=server, at_least=at_least)
    except postgres_tools.NoProgram as error:
        raise NotPossible(str(error)) from None
    connection.close()
    plan.file.seek(0)
    with encryption.decrypting(plan.file, plan.identities) as clear:
        _take_members(clear, program.path, placed)


def _take_members(clear: IO[bytes], program: str, placed: list[str]) -> None:
    """Hand the dump to pg_restore, which commits at its end, then put the media in their place."""
    command = [
        *(program, "--dbname", connection.settings_dict["NAME"], "--no-password"),
        *("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"),
    ]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(  # noqa: S603
            command,
            env=postgres_tools.environment(connection.settings_dict),
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
        )
        with process, cast("IO[bytes]", process.stdin) as dump:
            for name, _size, content in archive.members(clear):
                if name.startswith(archive.DUMP):
                    _copy(content, dump)
                elif file := archive.media_name(name):
                    _end(process, dump, said)
                    placed.append(file)
                    media.place(file, content)
            _end(process, dump, said)


def _copy(content: IO[bytes], dump: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # it has ended, and `_end` says why
        while piece := content.read(1 << 20):
            dump.write(piece)


def _end(process: subprocess.Popen[bytes], dump: IO[bytes], said: IO[str]) -> None:
    """Let pg_restore know that this was all, and wait for its commit."""
    if dump.closed:
        return
    with suppress(BrokenPipeError):
        dump.close()
    if process.wait():
        said.seek(0)
        why = postgres_tools.reason(said.read())
        raise NotPossible(_("pg_restore did not end well: %s") % why)


def _give_roles(site: dict[str, Any]) -> None:
    """Only now may the site's own role read the tables: nothing of it can run before."""
    connection.close()
    connection.settings_dict.update(site)
    if settings.DATABASE_OWNER:
        call_command("database_roles", verbosity=0)
    connection.close()
    connection.settings_dict.update(site)


def _undo(placed: Sequence[str]) -> None:
    media.remove(list(placed))
    connection.close()
    roles.connect_as_owner()
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
    connection.close()

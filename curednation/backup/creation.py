"""Making an archive: one at a time, whole or not at all, with a record that says what became of it.

The dump comes before the media. A file is there before the row that names it is committed, has a
random name, and is never replaced or removed: so every file that the dump names is read after it.
"""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from core.database import database_time
from core.monitoring.models import BackupRun
from curednation.backup import changes, encryption, files, keys, postgres_tools, retention
from curednation.backup.archive import Manifest, Writer

LOCK = ".backup.lock"
LOCK_WAIT = "60s"  # for a migration that changes a table just now


class NotPossible(Exception):
    """No archive was made. The text says why, and names nobody."""


def back_up() -> Path:
    """Make an archive, delete what has had its time, and return the new file.

    Raises NotPossible; the record of the run says the same.
    """
    folder = _folder()
    with _alone(folder):
        before = BackupRun.objects.filter(succeeded=True).order_by("-started_at").first()
        run = _begin()
        try:
            file = _write(folder, run)
            if before:
                changes.write(folder, since=before.started_at)  # up to where the new one begins
            _succeeded(run, file)
            changes.write(folder, since=run.started_at)
            _delete_old(folder)
        except (NotPossible, postgres_tools.NoProgram, ValueError, OSError, DatabaseError) as error:
            why = _reason(error)
            _failed(run, why)
            raise NotPossible(why) from None
        except BaseException as error:  # stopped, or a mistake of ours: the record says so too
            _failed(run, type(error).__name__)
            raise
        return file


def _folder() -> Path:
    if not settings.BACKUP_DIR or not settings.BACKUP_RECIPIENTS:
        raise NotPossible(
            _(
                "BACKUP_DIR and BACKUP_RECIPIENTS are not set: name a folder, and the public key "
                "that `manage.py backup_key` makes."
            )
        )
    folder = Path(settings.BACKUP_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotPossible(f"{folder}: {error.strerror}.") from None
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one that writes an archive there. Raises NotPossible."""
    with ExitStack() as stack:
        try:
            stack.enter_context(files.locked(folder, LOCK, wait=False))
            files.remove_unfinished(folder)
        except BlockingIOError:
            raise NotPossible(_("Another backup is running.")) from None
        except OSError as error:
            raise NotPossible(f"{folder}: {error.strerror}.") from None
        yield


def _begin() -> BackupRun:
    """Write the record, which the dump holds as well; end those whose process was killed."""
    now = database_time.now().replace(microsecond=0)
    killed = BackupRun.objects.filter(finished_at=None)
    killed.update(finished_at=now, error=_("It was stopped before it had ended."))
    return BackupRun.objects.create(started_at=now)


def _write(folder: Path, run: BackupRun) -> Path:
    file = folder / files.name(run.started_at, files.ARCHIVE)
    server = postgres_tools.server_version()
    program = postgres_tools.find("pg_dump", server=server)
    manifest = _manifest(run.started_at, server, program.major)
    connection.close()  # nobody keeps a session for hours
    with (
        files.replacing(file) as new,
        encryption.encrypting(new, settings.BACKUP_RECIPIENTS) as clear,
    ):
        writer = Writer(clear)
        writer.manifest(manifest)
        with _dump(program.path) as stream:
            writer.dump(stream)
        writer.media()
        writer.close()
    return file


def _manifest(at: datetime, server: int, pg_dump: int) -> Manifest:
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return Manifest(
        started_at=at,
        site=settings.SITE_URL,
        server=server,
        pg_dump=pg_dump,
        migrations=[f"{app}.{name}" for app, name in applied],
        keys=keys.fingerprints(),
    )


@contextmanager
def _dump(program: str) -> Iterator[IO[bytes]]:
    """Yield what pg_dump writes; raise NotPossible where it does not end well."""
    command = [program, "--format=custom", "--no-password", f"--lock-wait-timeout={LOCK_WAIT}"]
    database = connection.settings_dict | settings.BACKUP_DATABASE
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(  # noqa: S603
            command,
            env=postgres_tools.environment(database),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as process,
    ):
        try:
            yield cast("IO[bytes]", process.stdout)
        except BaseException:
            process.kill()
            raise
        if process.wait():
            said.seek(0)
            why = postgres_tools.reason(said.read())
            raise NotPossible(_("pg_dump did not end well: %s") % why)


def _succeeded(run: BackupRun, file: Path) -> None:
    ended = database_time.now()
    size = file.stat().st_size
    BackupRun.objects.filter(pk=run.pk).update(finished_at=ended, succeeded=True, size=size)


def _failed(run: BackupRun, why: str) -> None:
    with suppress(DatabaseError):  # else the age of the last good one tells staff
        BackupRun.objects.filter(pk=run.pk).update(
            finished_at=database_time.now(), succeeded=False, error=why[:300]
        )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return _("The disk of BACKUP_DIR is full.")
        return f"{error.filename or settings.BACKUP_DIR}: {error.strerror}."
    if isinstance(error, ValueError):
        return f"BACKUP_RECIPIENTS {error}"
    if isinstance(error, DatabaseError):
        return _("The database does not answer.")
    return str(error)


def _delete_old(folder: Path) -> None:
    """Delete archives that no period keeps, and the changes since those; the newest stays."""
    keep = retention.Keep(
        settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS
    )
    archives = {files.stamp(file): file for file in files.listed(folder, files.ARCHIVE)}
    kept = retention.kept([at for at in archives if at], keep)
    for at, file in archives.items():
        if at not in kept:
            file.unlink(missing_ok=True)
    for file in files.listed(folder, files.CHANGES):
        if (files.stamp(file) or min(kept)) < min(kept):
            file.unlink(missing_ok=True)

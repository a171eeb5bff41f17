"""The files in BACKUP_DIR: their names, and how they come to be there whole or not at all."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

ARCHIVE, CHANGES, PART = ".tar.age", ".changes.age", ".part"
STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"curednation-(\d{8}T\d{6}Z)(\.tar\.age|\.changes\.age)")


def name(at: datetime, kind: str) -> str:
    """Return what the archive of that moment, or what belongs to it, is called."""
    return f"curednation-{at.astimezone(UTC):{STAMP}}{kind}"


def stamp(file: Path) -> datetime | None:
    """Return the moment in a file's name; None for a file that is not ours."""
    found = _NAME.fullmatch(file.name)
    try:
        return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def listed(folder: Path, kind: str) -> list[Path]:
    """Return the files of this kind, oldest first. Raises OSError."""
    return sorted(file for file in folder.iterdir() if stamp(file) and file.name.endswith(kind))


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Yield a new file that takes this name once it is whole and on the disk; for its owner alone.

    Whatever goes wrong, what stood under the name before stays.
    """
    part = file.with_name(file.name + PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as new:
            os.fchmod(new.fileno(), 0o600)
            yield new
            new.flush()
            os.fsync(new.fileno())
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _sync(file.parent)


@contextmanager
def locked(folder: Path, name: str, *, wait: bool) -> Iterator[None]:
    """Be the only process that works under this name; the kernel lets go where one is killed.

    Raises BlockingIOError at once where it is not to `wait`, and OSError.
    """
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Delete what a killed run left of an archive. Raises OSError."""
    for part in folder.glob(f"curednation-*{ARCHIVE}{PART}"):
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

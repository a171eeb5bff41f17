"""The uploaded files, wherever Django's storage keeps them, as members of an archive."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

FOLDER = "media/"


class NotPlaced(Exception):
    """A file of the archive has no place here under its own name."""


def names(folder: str = "") -> Iterator[str]:
    """Yield the name of every file that is there now, in order."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + file for file in sorted(files))
    for name in sorted(folders):
        yield from names(prefix + name)


def is_empty() -> bool:
    """Return whether nothing was uploaded here."""
    return next(names(), None) is None


def add_all(archive: tarfile.TarFile) -> int:
    """Write every file into the archive; return how many. One that is being removed is left out."""
    count = 0
    for name in names():
        try:
            with default_storage.open(name) as file:
                member = tarfile.TarInfo(FOLDER + name)
                member.size = file.size
                archive.addfile(member, file)
        except FileNotFoundError:
            continue
        count += 1
    return count


def place(name: str, content: IO[bytes]) -> None:
    """Write one file under the name that rows know it by. Raises NotPlaced, or OSError."""
    kept = default_storage.save(name, File(content))
    if kept != name:
        default_storage.delete(kept)
        raise NotPlaced(name)


def remove(placed: list[str]) -> None:
    """Take these away again; folders stay."""
    for name in placed:
        default_storage.delete(name)


def give_to_site() -> None:
    """Let files that root has written belong to whom the folder above them belongs to."""
    if os.geteuid() != 0 or not isinstance(default_storage, FileSystemStorage):
        return
    root = Path(default_storage.location)
    if not root.exists():
        return
    owner = root.parent.stat()
    for path in (root, *root.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

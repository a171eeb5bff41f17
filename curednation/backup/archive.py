"""What stands in an archive: a tar file inside age, which `age --decrypt | tar --extract` opens.

manifest.json comes first, then the dump of pg_dump in parts of a known size, because nobody knows
its whole size before it ends, then the media, last contents.json with all names and sizes.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from curednation.backup import media
from curednation.backup.encryption import NotReadable

MANIFEST, CONTENTS, DUMP = "manifest.json", "contents.json", "database/"
FORMAT = 1
PART = 8 * 1024 * 1024  # what is held in memory at a time


@dataclass(frozen=True)
class Manifest:
    """What has to be known of an archive before it is restored."""

    started_at: datetime
    site: str
    server: int  # PostgreSQL's release, and that of the pg_dump below
    pg_dump: int
    migrations: list[str]  # as "appointments.0001_initial"
    keys: dict[str, list[str]]
    format: int = FORMAT
    extra: dict[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self), default=datetime.isoformat, indent=1).encode()

    @classmethod
    def read(cls, octets: bytes) -> "Manifest":
        """Raises NotReadable where it is none of ours, or of a release that is newer."""
        try:
            values = json.loads(octets)
            values["started_at"] = datetime.fromisoformat(values["started_at"])
            manifest = cls(**values)
        except (ValueError, TypeError, KeyError):
            raise NotReadable(_("This is no backup of this site's software.")) from None
        if manifest.format > FORMAT:
            raise NotReadable(_("A newer release has made this backup: check that one out first."))
        return manifest


class _Counted:
    """A pipe that knows how far it has come, which tarfile asks."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.count = file, 0

    def tell(self) -> int:
        return self.count

    def write(self, octets: bytes) -> int:
        self.count += len(octets)
        return self.file.write(octets)


class Writer:
    """Writes the members of an archive one after the other."""

    def __init__(self, into: IO[bytes]) -> None:
        file = cast("IO[bytes]", _Counted(into))
        self.tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self.parts = 0

    def manifest(self, manifest: Manifest) -> None:
        self._add(MANIFEST, manifest.to_bytes())

    def dump(self, source: IO[bytes]) -> None:
        """Take the whole of a stream whose size nobody knows yet."""
        while part := _filled(source):
            self._add(f"{DUMP}{self.parts:06}", part)
            self.parts += 1

    def media(self) -> int:
        return media.add_all(self.tar)

    def close(self) -> None:
        """End it: what stands in it is listed, so that nothing can be missing unnoticed."""
        listed = {member.name: member.size for member in self.tar.getmembers()}
        self._add(CONTENTS, json.dumps(listed).encode())
        self.tar.close()

    def _add(self, name: str, octets: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(octets)
        self.tar.addfile(member, io.BytesIO(octets))


def _filled(source: IO[bytes]) -> bytes:
    """Read a whole part; a pipe gives less at a time."""
    found = bytearray()
    while len(found) < PART and (piece := source.read(PART - len(found))):
        found += piece
    return bytes(found)


def members(source: IO[bytes]) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Yield name, size and content of each member in order. Raises NotReadable."""
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is not None:
                    yield member.name, member.size, content
    except tarfile.TarError:
        raise NotReadable(_("This is no backup of this site's software.")) from None


def verify(source: IO[bytes]) -> Manifest:
    """Read all of it, and return its manifest. Raises NotReadable where something is missing."""
    found: dict[str, int] = {}
    manifest = listed = None
    for name, size, content in members(source):
        if name == MANIFEST:
            manifest = Manifest.read(content.read())
        elif name == CONTENTS:
            listed = json.loads(content.read())
            continue
        found[name] = size
    if manifest is None or listed != found or not any(name.startswith(DUMP) for name in found):
        raise NotReadable(_("It is not whole: something that was written into it is missing."))
    return manifest


def media_name(member: str) -> str | None:
    """Return the name of an uploaded file; None for another member, or one that leads elsewhere."""
    name = member.removeprefix(media.FOLDER)
    outside = name.startswith("/") or ".." in name.split("/")
    return None if name == member or outside else name

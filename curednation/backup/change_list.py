"""What is kept of the time since a backup, as a restore finds it beside the archive."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pyrage import x25519

from curednation.backup import encryption, files


@dataclass
class Changes:
    """All that is kept of what happened from the backup `since` to the moment `until`."""

    since: datetime
    until: datetime
    mails: list[dict[str, str]] = field(default_factory=list)
    readers: list[tuple[str, str]] = field(default_factory=list)
    visits: str = "[]"
    comments: list[int] = field(default_factory=list)
    staff: list[int] = field(default_factory=list)
    issues: list[int] = field(default_factory=list)
    revoked_keys: list[int] = field(default_factory=list)
    endpoints: list[int] = field(default_factory=list)
    privacy: str = "[]"
    ended_accounts: list[int] = field(default_factory=list)
    ended_links: list[int] = field(default_factory=list)
    ended_devices: list[int] = field(default_factory=list)
    left_to_accounts: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    texts_taken_back: list[tuple[str, str, str]] = field(default_factory=list)


def read(source: IO[bytes], identities: Sequence[x25519.Identity]) -> Changes:
    """Read such a file. Raises NotReadable."""
    with encryption.decrypting(source, identities) as clear:
        values = json.loads(clear.read())
    for name in ("since", "until"):
        values[name] = datetime.fromisoformat(values[name])
    values["readers"] = [tuple(pair) for pair in values["readers"]]
    return Changes(**values)


def belonging_to(archive: Path) -> list[Path]:
    """Return the files beside an archive that tell what happened since it, oldest first."""
    at = files.stamp(archive)
    beside = files.listed(archive.parent, files.CHANGES)
    return [file for file in beside if at and (files.stamp(file) or at) >= at]

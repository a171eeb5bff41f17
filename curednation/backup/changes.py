"""What happened since a backup and must not be undone by restoring it: kept in a file beside it.

An archive a day brings back the night before. Who has left, was erased, or had a mail since then
would be written to again, and what was booked would be lost. So each minute a worker writes beside
the newest archive what has been sent, who wants nothing more, and the visits that were booked or
changed: encrypted to the same key.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.dateparse import parse_datetime
from pyrage import x25519

from appointments.booking import after_restore as visits
from articles.comments import after_restore as comments
from core.database import database_time
from core.mail import after_restore as mails
from core.monitoring.models import BackupRun
from core.staff.accounts import after_restore as staff
from curednation.backup import encryption, files
from newsletter.issues import after_restore as issues
from newsletter.subscription import after_restore as readers


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


def record() -> Path | None:
    """Write what has happened since the newest backup; None where there is none, or no folder."""
    if not settings.BACKUP_DIR or not settings.BACKUP_RECIPIENTS:
        return None
    good = BackupRun.objects.filter(succeeded=True).order_by("-started_at").first()
    return write(Path(settings.BACKUP_DIR), since=good.started_at) if good else None


def write(folder: Path, *, since: datetime) -> Path:
    """Write what has happened since this backup beside it. Raises OSError."""
    octets = json.dumps(asdict(_found(since)), default=datetime.isoformat).encode()
    file = folder / files.name(since, files.CHANGES)
    with (
        files.replacing(file) as new,
        encryption.encrypting(new, settings.BACKUP_RECIPIENTS) as clear,
    ):
        clear.write(octets)
    return file


def _found(since: datetime) -> Changes:
    return Changes(
        since=since,
        until=database_time.now(),
        mails=mails.sent_since(since),
        readers=readers.changed_since(since),
        visits=visits.changed_since(since),
        comments=comments.withdrawn_since(since),
        staff=staff.who_may_not_enter(),
        issues=issues.begun_since(since),
    )


def read(source: IO[bytes], identities: Sequence[x25519.Identity]) -> Changes:
    """Read such a file. Raises NotReadable."""
    with encryption.decrypting(source, identities) as clear:
        values = json.loads(clear.read())
    for name in ("since", "until"):
        values[name] = parse_datetime(values[name])
    values["readers"] = [tuple(pair) for pair in values["readers"]]
    return Changes(**values)


def belonging_to(archive: Path) -> list[Path]:
    """Return the files beside an archive that tell what happened since it, oldest first."""
    at = files.stamp(archive)
    beside = files.listed(archive.parent, files.CHANGES)
    return [file for file in beside if at and (files.stamp(file) or at) >= at]

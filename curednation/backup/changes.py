"""What happened since a backup and must not be undone by restoring it: kept in a file beside it.

An archive a day brings back the night before. Who has left, was erased, or had a mail since then
would be written to again, and what was booked would be lost. So each minute a worker writes beside
the newest archive what has been sent, who wants nothing more, and the visits that were booked or
changed: encrypted to the same key.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings

from appointments.booking import after_restore as visits
from appointments.patient_records import privacy_requests as records
from articles.comments import after_restore as comments
from core.api import after_restore as api_keys
from core.database import database_time
from core.mail import after_restore as mails
from core.monitoring.models import BackupRun
from core.sms import after_restore as texts
from core.staff.accounts import after_restore as staff
from core.webhooks import after_restore as webhooks
from curednation.backup import encryption, files
from curednation.backup.change_list import Changes
from newsletter.issues import after_restore as issues
from newsletter.subscription import after_restore as readers
from portal import after_restore as portal

LOCK = ".changes.lock"


def record() -> Path | None:
    """Write what has happened since the newest backup; None where there is none, or no folder."""
    if not settings.BACKUP_DIR or not settings.BACKUP_RECIPIENTS:
        return None
    good = BackupRun.objects.filter(succeeded=True).order_by("-started_at").first()
    return write(Path(settings.BACKUP_DIR), since=good.started_at) if good else None


def write(folder: Path, *, since: datetime) -> Path:
    """Write what has happened since this backup beside it. Raises OSError."""
    file = folder / files.name(since, files.CHANGES)
    with (
        # Of a worker and a backup that write it at once, the later one has asked the later.
        files.locked(folder, LOCK, wait=True),
        files.replacing(file) as new,
        encryption.encrypting(new, settings.BACKUP_RECIPIENTS) as clear,
    ):
        found = json.dumps(asdict(_found(since)), default=datetime.isoformat)
        clear.write(found.encode())
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
        revoked_keys=api_keys.revoked(),
        endpoints=webhooks.addressed(),
        privacy=records.decided_since(since),
        ended_accounts=portal.ended_accounts(),
        ended_links=portal.ended_links(),
        ended_devices=portal.ended_devices(since),
        left_to_accounts=portal.left_since(since),
        texts=texts.sent_since(since),
        texts_taken_back=texts.taken_back_since(since),
    )

"""Could a backup be made, are the archives still there, and is the private key somewhere else?"""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from core.monitoring.models import BackupRun
from core.monitoring.results import CheckResult, Level
from curednation.backup import encryption, files, postgres_tools

OLD = 300  # seconds; a worker writes the changes each minute
SMALL = 10_000  # bytes; no key file is larger
ETC = Path("/etc/curednation")


def check_backups() -> Iterator[CheckResult]:
    """Yield what stands in the way of the next backup, and what is wrong with those there are."""
    if not settings.BACKUP_DIR or not settings.BACKUP_RECIPIENTS:
        advice = _("docs/backup.md says how, in ten minutes: a key, two settings, a timer.")
        yield CheckResult("backups", Level.WARNING, _("No backups are set up."), advice)
        return
    problems = [*_in_the_way(), *_archives(Path(settings.BACKUP_DIR)), *_private_keys()]
    yield from problems
    if not problems:
        sentence = _("The next backup can be made, and the newest one is where it was written.")
        yield CheckResult("backups", Level.OK, sentence)


def _in_the_way() -> Iterator[CheckResult]:
    folder = Path(settings.BACKUP_DIR)
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        sentence = _("Nobody but root can write into %s.") % folder
        advice = _("Let it belong to the account that this command runs as.")
        yield CheckResult("backups", Level.ERROR, sentence, advice)
    try:
        for key in settings.BACKUP_RECIPIENTS:
            encryption.read_recipient(key)
        postgres_tools.find("pg_dump", server=postgres_tools.server_version())
    except ValueError as error:
        yield CheckResult("backups", Level.ERROR, f"BACKUP_RECIPIENTS {error}", "")
    except postgres_tools.NoProgram as error:
        yield CheckResult("backups", Level.ERROR, str(error), "")


def _archives(folder: Path) -> Iterator[CheckResult]:
    """Yield what differs from the record of the newest run; that it is old is said elsewhere."""
    good = BackupRun.objects.filter(succeeded=True).order_by("-started_at").first()
    if good is None:
        return
    archive = folder / files.name(good.started_at, files.ARCHIVE)
    if not archive.exists() or archive.stat().st_size != good.size:
        sentence = _("The newest backup is not in %s, or is not as it was written.") % folder
        advice = _("Run `curednation backup`, and look who changes files there.")
        yield CheckResult("backups", Level.ERROR, sentence, advice)
        return
    changes = folder / files.name(good.started_at, files.CHANGES)
    if not changes.exists() or timezone.now().timestamp() - changes.stat().st_mtime > OLD:
        sentence = _("What happened since the newest backup is not written beside it.")
        advice = _("The clinic's worker does that each minute: can it write there? See its log.")
        yield CheckResult("backups", Level.WARNING, sentence, advice)


def _private_keys() -> Iterator[CheckResult]:
    for folder in (Path(settings.BACKUP_DIR), ETC):
        for file in sorted(folder.glob("*")) if os.access(folder, os.R_OK | os.X_OK) else ():
            if _holds_private_key(file):
                sentence = _("A private key for backups lies on this machine: %s.") % file
                advice = _("Carry it away, and remove it here with `shred --remove`.")
                yield CheckResult("backups", Level.ERROR, sentence, advice)


def _holds_private_key(file: Path) -> bool:
    try:
        small = file.is_file() and file.stat().st_size <= SMALL
        return small and encryption.PRIVATE.encode() in file.read_bytes()
    except OSError:
        return False

"""What the site stands on: disk, clock, TLS certificate, backups."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.monitoring.models import BackupRun, Certificate
from core.monitoring.results import CheckResult, Level, level_above
from core.monitoring.spans import DAY, HOUR, span

MB = 1024 * 1024
FREE_WARNING, FREE_ERROR = 2048 * MB, 512 * MB
CERTIFICATE_WARNING, CERTIFICATE_ERROR = 14 * DAY, 3 * DAY
# One a day, and two hours for a slow one; two missed ones are an error.
BACKUP_WARNING, BACKUP_ERROR = 26 * HOUR, 50 * HOUR
CLOCK_WARNING, CLOCK_ERROR = 30, 300


def check_disk() -> list[CheckResult]:
    """Return whether this machine has room where uploads, logs and the site itself lie."""
    free = min(shutil.disk_usage(path).free for path in _folders())
    figures = {"disk_free_bytes": float(free)}
    room = _("%s MB of disk are free.") % f"{free // MB:,}"
    if free >= FREE_WARNING:
        return [CheckResult("disk", Level.OK, room, "", figures)]
    level = Level.ERROR if free < FREE_ERROR else Level.WARNING
    advice = _("Make room: a full disk stops bookings and uploads.")
    return [CheckResult("disk", level, _("Only %s") % room, advice, figures)]


def _folders() -> list[Path]:
    """The folders that are written to, or for one that is not there yet the nearest above it."""
    wanted = (Path(settings.MEDIA_ROOT), settings.BASE_DIR)
    return [next(p for p in (path, *path.absolute().parents) if p.exists()) for path in wanted]


def check_clock() -> list[CheckResult]:
    """Return whether this machine's clock agrees with that of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    apart = abs((timezone.now() - there).total_seconds())
    figures = {"clock_difference_seconds": apart}
    level = level_above(apart, warning=CLOCK_WARNING, error=CLOCK_ERROR)
    if level is Level.OK:
        sentence = _("The clocks of this machine and of the database agree.")
        return [CheckResult("clock", level, sentence, "", figures)]
    sentence = _("The clocks of this machine and of the database are %s apart.") % span(apart)
    advice = _("Set both right by NTP (`timedatectl`): what is due goes by them.")
    return [CheckResult("clock", level, sentence, advice, figures)]


def check_certificate() -> list[CheckResult]:
    """Return until when the TLS certificate of SITE_URL holds, as `watch` last saw it."""
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme != "https":
        return []
    found = Certificate.objects.filter(host=parts.hostname).first()
    now = timezone.now()
    if found is None or found.checked_at < now - timedelta(days=2) or not _is_known(found):
        return []  # that `watch` does not run, or cannot reach the site, is said elsewhere
    advice = _("Renew it, and look why that was not done by itself: the proxy's log says so.")
    if found.problem or found.expires_at is None:
        sentence = _("Browsers refuse the site's TLS certificate: %s.") % found.problem
        return [CheckResult("certificate", Level.ERROR, sentence, advice)]
    left = (found.expires_at - now).total_seconds()
    figures = {"certificate_left_seconds": left}
    if left > CERTIFICATE_WARNING:
        sentence = _("The site's TLS certificate holds for %s.") % span(left)
        return [CheckResult("certificate", Level.OK, sentence, "", figures)]
    level = Level.ERROR if left < CERTIFICATE_ERROR else Level.WARNING
    sentence = _("The site's TLS certificate ends in %s.") % span(left)
    return [CheckResult("certificate", level, sentence, advice, figures)]


def _is_known(found: Certificate) -> bool:
    return bool(found.problem or found.expires_at)


def check_backup() -> list[CheckResult]:
    """Return how old the newest backup is, and whether the last run failed."""
    if settings.DEBUG:
        return []
    ended = BackupRun.objects.filter(finished_at__isnull=False)
    last = ended.order_by("-finished_at").first()
    good = ended.filter(succeeded=True).order_by("-finished_at").first()
    advice = _("Run `manage.py backup` and look what it says; docs/backup.md has its schedule.")
    if good is None or good.finished_at is None or last is None:
        return [CheckResult("backup", Level.WARNING, _("There is no backup."), advice)]
    age = (timezone.now() - good.finished_at).total_seconds()
    figures = {"backup_age_seconds": age}
    level = level_above(age, warning=BACKUP_WARNING, error=BACKUP_ERROR)
    sentence = _("The newest backup is %s old.") % span(age)
    if not last.succeeded:
        level = max(level, Level.WARNING)
        why = last.error or _("It did not say why.")
        sentence = _("The last backup failed: %(why)s %(age)s") % {"why": why, "age": sentence}
    return [CheckResult("backup", level, sentence, "" if level is Level.OK else advice, figures)]


def who_we_are() -> str:
    """Return the name of this machine, for whoever looks after several."""
    return os.uname().nodename

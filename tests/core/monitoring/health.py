"""A site of which every check is fine."""

from django.conf import settings
from django.utils import timezone

from core.monitoring import heartbeats
from core.monitoring.models import BackupRun

PROCESSES = (*map(heartbeats.worker, settings.HEARTBEAT_QUEUES), heartbeats.BEAT)


def all_alive() -> None:
    """Let workers, beat and watch have been seen a moment ago."""
    for name in (*PROCESSES, "watch"):
        heartbeats.record(name)


def everything_works(changed) -> None:
    """Let them be alive, with a backup, and somebody who is told by the settings `changed`."""
    all_alive()
    now = timezone.now()
    BackupRun.objects.create(started_at=now, finished_at=now, succeeded=True)
    changed.ALERT_EMAIL = ["operator@example.org"]

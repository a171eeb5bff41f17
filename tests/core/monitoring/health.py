"""A site of which every check is fine."""

from django.utils import timezone

from core.monitoring import heartbeats
from core.monitoring.models import BackupRun

PROCESSES = ("worker_clinic", "worker_letters", "beat")


def all_alive() -> None:
    """Let workers, beat and watch have been seen a moment ago."""
    for name in (*PROCESSES, "watch"):
        heartbeats.record(name)


def everything_works(settings) -> None:
    """Let them be alive, with a backup, and somebody who is told."""
    all_alive()
    now = timezone.now()
    BackupRun.objects.create(started_at=now, finished_at=now, succeeded=True)
    settings.ALERT_EMAIL = ["operator@example.org"]

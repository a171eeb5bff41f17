"""What Celery runs for the deployment itself."""

from celery import shared_task

from curednation.backup import changes


@shared_task
def record_changes() -> None:
    """Write beside the newest backup what must not be undone by restoring it. Every minute."""
    changes.record()

"""What Celery runs for the status of the site. Each task may run twice."""

from celery import shared_task

from core.monitoring import heartbeats, processes

HEARTBEAT = "core.monitoring.tasks.heartbeat"


@shared_task
def heartbeat(queue: str) -> None:
    """Show that the worker of this queue works. Beat sends it to each queue, every minute."""
    heartbeats.record(heartbeats.worker(queue))


@shared_task
def purge() -> None:
    """Delete what failed long ago. Every night."""
    processes.forget_failures()

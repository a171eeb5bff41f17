"""What Celery runs for visits. Each task may run twice."""

from celery import shared_task

from visits import changed_appointments


@shared_task
def close_rooms() -> None:
    """Send out who is still in a room that is open no more. Every minute."""
    changed_appointments.close_rooms()

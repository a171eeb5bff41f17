from celery import shared_task

from appointments import booking


@shared_task
def purge_abandoned_holds() -> None:
    """Settle holds that have run out and delete old ones. Safe to run twice."""
    booking.purge_abandoned_holds()

from celery import shared_task
from django.db import transaction

from appointments import retention
from appointments.booking import holds, staff_booking
from appointments.calls import call_list
from appointments.conflicts import decisions
from appointments.emails import daily_digest, reminders
from appointments.figures import day_counts
from appointments.scheduling import holidays
from appointments.waitlist import entries, offers
from core.database import database_time


@shared_task
def purge_abandoned_holds() -> None:
    """Settle holds that have run out and delete what came to nothing. Safe to run twice."""
    holds.purge_abandoned_holds()


@shared_task
def follow_holidays() -> None:
    """Keep the closures for the clinic's holidays 400 days ahead. Safe to run twice."""
    with transaction.atomic():
        # Who books at this moment sees the closure, or it sees the visit.
        staff_booking.lock_everyone()
        holidays.follow_holidays(database_time.now().date())


@shared_task
def write_reminders() -> None:
    """Remind patients of the visits that are near. Every minute, safe to run twice."""
    reminders.write_due()


@shared_task
def write_daily_digests() -> None:
    """Tell providers how many visits their day has. Every five minutes, safe to run twice."""
    daily_digest.write_daily_digests()


@shared_task
def offer_freed_times() -> None:
    """Offer free times to who waits for one. Every minute; any number may run at once."""
    offers.offer_freed_times()


@shared_task
def carry_out_decisions() -> None:
    """Move and cancel what staff decided for long lists. Every minute; any number may run."""
    decisions.carry_out()


@shared_task
def keep_day_counts() -> None:
    """Write down the numbers of a day that cannot be counted later. Every night, before purges."""
    day_counts.keep(database_time.now())


@shared_task
def purge_waitlist() -> None:
    """Delete places in line closed WAITLIST_DAYS ago, and calls made long ago. Every night."""
    entries.purge(database_time.now())
    call_list.purge(database_time.now())


@shared_task
def forget_patients() -> None:
    """Erase visits and records whose retention period is over, some a turn. Ten turns a night."""
    retention.forget(database_time.now())

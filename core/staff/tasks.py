"""What Celery runs for the accounts of staff and their trail. Each task may run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.management import call_command

from core.database import database_time
from core.staff.audit import chain_heads, hash_chain
from core.staff.autosave import storage as autosaves


@shared_task
def purge() -> None:
    """Delete sessions that have ended, old lines of the admin's own log, and what was never saved.
    Every night.

    That log repeats names of patients. Who did what stays in the audit trail, which names nobody.
    """
    call_command("clearsessions")
    since = database_time.now() - timedelta(days=settings.ADMIN_LOG_DAYS)
    LogEntry.objects.filter(action_time__lt=since).delete()
    autosaves.purge()


@shared_task
def seal_chain() -> None:
    """Seal what was written since, and log how far the chain goes then. Every minute."""
    before, after = hash_chain.head(), hash_chain.seal()
    if after and after.rows > before.rows:
        chain_heads.log_line(after)


@shared_task
def send_chain_head() -> None:
    """Write down elsewhere how far the chain goes. Every day."""
    hash_chain.seal()
    chain_heads.publish(hash_chain.head(), database_time.now().date())

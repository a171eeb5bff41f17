"""What Celery runs for the newsletter. Arguments are ids; each task may run twice."""

from celery import shared_task
from django.conf import settings

from newsletter import subscription
from newsletter.returns import mailbox


@shared_task(soft_time_limit=240, time_limit=280)
def read_returns() -> None:
    """Look into the mailbox for mail that came back, where there is one. Every five minutes."""
    if settings.NEWSLETTER_RETURNS_MAILBOX:
        mailbox.take_in(settings.NEWSLETTER_RETURNS_MAILBOX)


@shared_task
def forget_unconfirmed() -> None:
    """Empty what was asked for and never confirmed. Every night."""
    subscription.forget_old_confirmations()

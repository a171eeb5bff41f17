"""Forgetting an address: the proof and a keyed hash stay, everything that names a person goes."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from core.database import database_time
from core.mail import outbox
from newsletter.models import Confirmation, Consent, Event, HardBounce, Origin, Subscriber
from newsletter.subscription import consents
from newsletter.subscription.mail_groups import about, about_moves

GONE = (Subscriber.Status.LEFT, Subscriber.Status.BOUNCED, Subscriber.Status.COMPLAINED)
MOST = 5000  # a night; the rest has its turn the next


@transaction.atomic
def erase(subscriber: Subscriber, *, how: str, follow: bool = False) -> bool:
    """Remove address, networks and choices; the hash stays, so that nobody writes there again.

    With `follow` the links in their old e-mails still work for the address they moved to. Returns
    False when it was erased before.
    """
    # Those they asked for at another address, too: it is theirs.
    asked = Confirmation.objects.of(subscriber)
    asked.open().update(ended_at=database_time.now())
    asked.update(email="", network="")
    for thing in (about(subscriber.address_hash), *about_moves(subscriber)):
        outbox.forget(about=thing)
    changed = (
        Subscriber.objects.filter(pk=subscriber.pk)
        .exclude(status=Subscriber.Status.ERASED)
        .update(
            status=Subscriber.Status.ERASED,
            email="",
            left_at=database_time.now(),
            paused_until=None,
            soft_bounces=0,
            successor=subscriber.successor if follow else None,
        )
    )
    Origin.objects.filter(consent__subscriber=subscriber).delete()
    Event.objects.filter(subscriber=subscriber).update(why="")
    HardBounce.objects.filter(subscriber=subscriber).delete()
    subscriber.topics.clear()
    if changed:
        consents.record(subscriber, Consent.Kind.ERASED, how=how[:200])
        subscriber.refresh_from_db()
    return bool(changed)


def empty_old_confirmations() -> int:
    """Empty those that ended NEWSLETTER_UNCONFIRMED_DAYS ago without being confirmed; how many."""
    since = database_time.now() - timedelta(days=settings.NEWSLETTER_UNCONFIRMED_DAYS)
    old = Confirmation.objects.exclude(email="").filter(expires_at__lt=since)
    return old.update(email="", network="")


def erase_old_addresses() -> int:
    """Erase the addresses of readers who left, bounced or complained NEWSLETTER_LEFT_DAYS ago.

    The keyed hash stays, so that nobody writes there again. Returns how many there were.
    """
    since = database_time.now() - timedelta(days=settings.NEWSLETTER_LEFT_DAYS)
    gone = Subscriber.objects.exclude(email="").filter(status__in=GONE, left_at__lt=since)
    how = "its retention period was over"
    return sum(erase(subscriber, how=how, follow=True) for subscriber in gone[:MOST])

"""Unsubscribing, and suppressing who bounced or complained. It counts at once, also in a send."""

from datetime import timedelta

from django.db import transaction

from core.database import database_time
from core.mail import outbox
from newsletter.models import Confirmation, Consent, Subscriber
from newsletter.subscription import consents
from newsletter.subscription.mail_groups import about, about_moves

Status = Subscriber.Status
UNDO_FOR = timedelta(hours=1)


@transaction.atomic
def unsubscribe(
    subscriber: Subscriber, *, how: str, page: str = "", issue: int = 0, network: str = ""
) -> bool:
    """Send no issue from now on, and end open links to confirm; return False if they had left."""
    _end_confirmations(subscriber)
    changed = Subscriber.objects.filter(
        pk=subscriber.pk, status__in=[Status.ACTIVE, Status.BOUNCED]
    ).update(status=Status.LEFT, left_at=database_time.now(), paused_until=None)
    if changed:
        consents.record(
            subscriber, Consent.Kind.LEFT, how=how[:200], page=page, issue=issue, network=network
        )
    subscriber.refresh_from_db()
    return bool(changed)


def can_undo_unsubscribe(subscriber: Subscriber) -> bool:
    """Return whether leaving can still be taken back by a button: for an hour."""
    return (
        subscriber.status == Status.LEFT
        and subscriber.successor_id is None
        and subscriber.left_at is not None
        and subscriber.left_at > database_time.now() - UNDO_FOR
    )


@transaction.atomic
def suppress(subscriber: Subscriber, *, because: Status, how: str, issue: int = 0) -> bool:
    """Send no issue to somebody whose mail bounced (BOUNCED) or who complained (COMPLAINED).

    `how` is for staff and holds no address. Returns True when that was news: a complaint counts
    after leaving, too. They come back by signing up and confirming anew.
    """
    if because not in (Status.BOUNCED, Status.COMPLAINED):
        raise ValueError(f"{because} is no reason to suppress somebody")
    heard = [Status.ACTIVE]
    if because == Status.COMPLAINED:
        _end_confirmations(subscriber)
        heard += [Status.LEFT, Status.BOUNCED]
    changed = Subscriber.objects.filter(pk=subscriber.pk, status__in=heard).update(
        status=because, left_at=database_time.now()
    )
    if changed:
        consents.record(subscriber, Consent.Kind(because.value), how=how[:200], issue=issue)
        subscriber.refresh_from_db()
    return bool(changed)


def _end_confirmations(subscriber: Subscriber) -> None:
    """End links that were not used yet, and drop those that were not mailed yet."""
    Confirmation.objects.of(subscriber).open().update(ended_at=database_time.now())
    for thing in (about(subscriber.address_hash), *about_moves(subscriber)):
        outbox.drop(about=thing)

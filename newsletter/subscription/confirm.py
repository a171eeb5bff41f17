"""Confirming a sign-up or a new address, and taking an unsubscription back."""

from typing import Any

from django.db import transaction

from core.database import database_time
from core.languages.speaking import speaking
from core.mail import outbox
from newsletter import links
from newsletter.models import Confirmation, Consent, Subscriber
from newsletter.subscription import consents
from newsletter.subscription.mail_groups import about
from newsletter.subscription.signup import hashed
from newsletter.subscription.unsubscribe import UNDO_FOR, can_undo_unsubscribe, unsubscribe

ACTIVE, LEFT = Subscriber.Status.ACTIVE, Subscriber.Status.LEFT


class LinkEnded(Exception):
    """The link was used, it is too old, or its address has left since."""


def find_confirmation(token: str) -> Confirmation | None:
    """Return the confirmation of this link, ended ones too; None where it is none of ours."""
    found = Confirmation.objects.select_related("text", "mover")
    return found.filter(token_hash=hashed(token)).first()


@transaction.atomic
def confirm(token: str) -> Subscriber:
    """Subscribe the address of this link, because its owner says so; return the subscriber.

    Raises LinkEnded, also for the second of two at once.
    """
    found = (
        Confirmation.objects.open()
        .select_related("text")
        .select_for_update(of=["self"])
        .filter(token_hash=hashed(token))
        .first()
    )
    if found is None:
        raise LinkEnded
    email, network, now = found.email, found.network, database_time.now()
    subscriber, is_new = _activate(found, now)
    consent = consents.record(
        subscriber,
        Consent.Kind.CONFIRMED,
        email=email,
        network=network,
        text=found.text,
        asked_at=found.asked_at,
        at=now,
        page=found.page,
        language=found.language,
    )
    Confirmation.objects.filter(pk=found.pk).update(confirmed_at=now, email="", network="")
    if found.mover_id:
        _replace_old_address(found.mover_id, subscriber)
    elif is_new:
        _send_welcome(subscriber, consent)
    return subscriber


def _activate(found: Confirmation, now: Any) -> tuple[Subscriber, bool]:
    """Return the active subscriber of this address, and whether they were not active before."""
    subscriber, created = Subscriber.objects.select_for_update().get_or_create(
        address_hash=found.address_hash,
        defaults={
            "email": found.email,
            "status": ACTIVE,
            "joined_at": now,
            "created_at": found.asked_at,
            "language": found.language,
        },
    )
    was_active = not created and subscriber.status == ACTIVE
    subscriber.status, subscriber.email = ACTIVE, found.email
    subscriber.joined_at = subscriber.joined_at if was_active else now
    subscriber.left_at = subscriber.paused_until = subscriber.successor = None
    subscriber.soft_bounces = 0
    subscriber.language = found.language
    subscriber.save()
    return subscriber, not was_active


def _replace_old_address(mover_pk: int, subscriber: Subscriber) -> None:
    """Move topics and pause to the new address; the old one leaves, and its owner is told."""
    mover = Subscriber.objects.select_for_update().get(pk=mover_pk)
    if mover.pk == subscriber.pk or mover.status != ACTIVE:
        return
    subscriber.topics.set(mover.topics.all())
    subscriber.paused_until = mover.paused_until
    joined = [when for when in (mover.joined_at, subscriber.joined_at) if when]
    subscriber.joined_at = min(joined)
    subscriber.save(update_fields=["paused_until", "joined_at"])
    unsubscribe(mover, how="moved to another address", page="newsletter:confirm")
    Subscriber.objects.filter(pk=mover.pk).update(successor=subscriber)
    with speaking(mover.language):
        link = links.home_url()
    outbox.enqueue(
        "newsletter_moved",
        key=f"newsletter-moved:{mover.pk}:{subscriber.pk}:{subscriber.consents.count()}",
        to=mover.email,
        about=about(mover.address_hash),
        language=mover.language,
        link=link,
    )


def _send_welcome(subscriber: Subscriber, consent: Consent) -> None:
    with speaking(subscriber.language):
        link = links.preferences_url(subscriber.key)
    outbox.enqueue(
        "newsletter_welcome",
        key=f"newsletter-welcome:{consent.pk}",
        to=subscriber.email,
        about=about(subscriber.address_hash),
        language=subscriber.language,
        link=link,
    )


@transaction.atomic
def undo_unsubscribe(subscriber: Subscriber, *, issue: int = 0) -> bool:
    """Subscribe somebody again within an hour of leaving; return False where it is too late.

    Later they sign up and confirm anew.
    """
    if not can_undo_unsubscribe(subscriber):
        return False
    # The database judges again: somebody else may have complained or erased it meanwhile.
    changed = Subscriber.objects.filter(
        pk=subscriber.pk, status=LEFT, successor=None, left_at__gt=database_time.now() - UNDO_FOR
    ).update(status=ACTIVE, left_at=None)
    if changed:
        consents.record(
            subscriber, Consent.Kind.RETURNED, page="newsletter:unsubscribe", issue=issue
        )
        subscriber.refresh_from_db()
    return bool(changed)

"""Asking for the newsletter: a mail to the address, and nothing else until its owner confirms.

Who subscribes already is never looked up here. Nothing that a stranger could see or time differs
between an address that is on the list, one that left, and one that nobody has heard of.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from core.mail import outbox
from core.people import email_addresses
from newsletter import links
from newsletter.models import Confirmation, ConsentText, Subscriber

VALID_FOR = timedelta(days=7)
# Whatever happens to the limits in the cache: nobody's inbox is flooded in our name.
MOST_A_DAY = 3


def consent_text() -> ConsentText:
    """The text in force."""
    return ConsentText.objects.order_by("-version")[0]


def ask(email: str, *, page: str, network: str, language: str = "en") -> None:
    """Send the owner of this address a link to confirm, unless three that work went out today.

    `page` is the name of the route where it was typed. `email` has passed a form.
    """
    _ask(email, page=page, network=network, language=language, template="newsletter_confirm")


def ask_to_move(subscriber: Subscriber, email: str, *, network: str) -> bool:
    """Send the owner of the new address a link that brings this subscription there.

    False, and nothing sent, where this subscriber has asked for three within a day: counted by who
    asks, so that no stranger's sign-ups keep anybody from moving.
    """
    return _ask(
        email,
        page="newsletter:preferences",
        network=network,
        language=subscriber.language,
        template="newsletter_move",
        mover=subscriber,
    )


@transaction.atomic
def _ask(
    email: str,
    *,
    page: str,
    network: str,
    language: str,
    template: str,
    mover: Subscriber | None = None,
) -> bool:
    text = consent_text()
    if not (_may_move(mover) if mover else _may_be_asked(email_addresses.keyed_hash(email))):
        return False
    now, token = timezone.now(), secrets.token_urlsafe(24)
    confirmation = Confirmation.objects.create(
        email=email_addresses.normalized(email),
        address_hash=email_addresses.keyed_hash(email),
        token_hash=hashed(token),
        mover=mover,
        text=text,
        page=page,
        network=network,
        language=language,
        asked_at=now,
        expires_at=now + VALID_FOR,
    )
    outbox.enqueue(
        template,
        key=f"newsletter-confirm:{confirmation.pk}",
        to=confirmation.email,
        about=about_move(confirmation.pk) if mover else about(confirmation.address_hash),
        secret=True,
        not_after=confirmation.expires_at,
        link=links.on_site(reverse("newsletter:confirm", args=[token])),
    )
    return True


def _may_be_asked(address_hash: str) -> bool:
    """Whether its mailbox has no three links of today yet that still work."""
    _one_at_a_time(address_hash)
    asked = Confirmation.objects.open().filter(address_hash=address_hash, mover=None)
    return asked.filter(asked_at__gt=_yesterday()).count() < MOST_A_DAY


def _may_move(mover: Subscriber) -> bool:
    _one_at_a_time(f"mover {mover.pk}")
    asked = Confirmation.objects.filter(mover=mover, asked_at__gt=_yesterday())
    return asked.count() < MOST_A_DAY


def _one_at_a_time(what: str) -> None:
    """A hundred at once are counted like a hundred in line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _yesterday() -> datetime:
    return timezone.now() - timedelta(days=1)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def about(address_hash: str) -> str:
    """Return what the outbox calls the mails of one address."""
    return f"newsletter:{address_hash[:32]}"


def about_move(confirmation_pk: int) -> str:
    """Return what the outbox calls the mail to an address that somebody moves to.

    It goes with the reader who asked for it as well as with the owner of the address.
    """
    return f"newsletter-move:{confirmation_pk}"


def about_moves(subscriber: Subscriber) -> list[str]:
    """Return what the outbox calls the mails of all moves from this subscriber, or to them."""
    moves = Confirmation.objects.of(subscriber).exclude(mover=None)
    return [about_move(pk) for pk in moves.values_list("pk", flat=True)]

"""Asking for the newsletter: a mail to the address, and nothing else until its owner confirms.

Who subscribes already is never looked up here. Nothing that a stranger could see or time differs
between an address that is on the list, one that left, and one that nobody has heard of.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from curednation.guard import addresses
from curednation.mail import outbox
from newsletter import links
from newsletter.models import Confirmation, ConsentText, Subscriber

VALID_FOR = timedelta(days=7)
# Whatever happens to the limits in the cache: nobody's inbox is flooded in our name.
MOST_A_DAY = 3


def consent_text() -> ConsentText:
    """The text in force."""
    return ConsentText.objects.order_by("-version")[0]


def ask(email: str, *, page: str, network: str, language: str = "en") -> None:
    """Send the owner of this address a link to confirm, unless three went out within a day.

    `page` is the name of the route where it was typed. `email` has passed a form.
    """
    _ask(email, page=page, network=network, language=language, template="newsletter_confirm")


def ask_to_move(subscriber: Subscriber, email: str, *, network: str) -> None:
    """Send the owner of the new address a link that brings this subscription there."""
    _ask(
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
) -> None:
    text = consent_text()
    if not _may_be_asked(addresses.keyed_hash(email)):
        return
    now, token = timezone.now(), secrets.token_urlsafe(24)
    confirmation = Confirmation.objects.create(
        email=addresses.normalised(email),
        address_hash=addresses.keyed_hash(email),
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
        about=about(confirmation.address_hash),
        secret=True,
        not_after=confirmation.expires_at,
        link=links.on_site(reverse("newsletter:confirm", args=[token])),
    )


def _may_be_asked(address_hash: str) -> bool:
    """One after the other for one address: a hundred at once are counted like a hundred in line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address_hash])
    since = timezone.now() - timedelta(days=1)
    return Confirmation.objects.filter(address_hash=address_hash, asked_at__gt=since).count() < (
        MOST_A_DAY
    )


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def about(address_hash: str) -> str:
    """What the outbox calls the mails of one address."""
    return f"newsletter:{address_hash[:32]}"

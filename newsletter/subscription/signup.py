"""Signing up: a mail to the address, and nothing else until its owner confirms.

Who subscribes already is never looked up here. Nothing that a stranger could see or time differs
between an address that is on the list, one that left, and one that nobody has heard of.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.urls import reverse

from core.database import database_time
from core.languages.speaking import speaking
from core.mail import outbox
from core.people import email_addresses
from core.signed_links import absolute_url
from newsletter.models import Confirmation, ConsentText, Subscriber
from newsletter.subscription.mail_groups import about, about_move

VALID_FOR = timedelta(days=7)
# Whatever happens to the limits in the cache: nobody's inbox is flooded in our name.
MOST_A_DAY = 3


def consent_text() -> ConsentText:
    """Return the text that subscribers agree to now."""
    return ConsentText.objects.order_by("-version")[0]


def sign_up(email: str, *, page: str, network: str, language: str = "en") -> None:
    """Send the owner of this address a link to confirm, unless three that work went out today.

    `page` is the name of the route where it was typed. `email` has passed a form.
    """
    _send_confirmation(
        email, page=page, network=network, language=language, template="newsletter_confirm"
    )


def request_address_change(subscriber: Subscriber, email: str, *, network: str) -> bool:
    """Send the owner of the new address a link that brings this subscription there.

    Returns False, and sends nothing, where this subscriber asked for three within a day: counted by
    who asks, so that no stranger's sign-ups keep anybody from moving.
    """
    return _send_confirmation(
        email,
        page="newsletter:preferences",
        network=network,
        language=subscriber.language,
        template="newsletter_move",
        mover=subscriber,
    )


@transaction.atomic
def _send_confirmation(
    email: str,
    *,
    page: str,
    network: str,
    language: str,
    template: str,
    mover: Subscriber | None = None,
) -> bool:
    text = consent_text()
    if not (
        _may_request_change(mover) if mover else _may_be_asked(email_addresses.keyed_hash(email))
    ):
        return False
    now, token = database_time.now(), secrets.token_urlsafe(24)
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
    with speaking(language):
        link = absolute_url(reverse("newsletter:confirm", args=[token]))
    outbox.enqueue(
        template,
        key=f"newsletter-confirm:{confirmation.pk}",
        to=confirmation.email,
        about=about_move(confirmation.pk) if mover else about(confirmation.address_hash),
        secret=True,
        not_after=confirmation.expires_at,
        language=language,
        link=link,
    )
    return True


def _may_be_asked(address_hash: str) -> bool:
    """Return whether its mailbox has fewer than three links of today that still work."""
    _one_at_a_time(address_hash)
    asked = Confirmation.objects.open().filter(address_hash=address_hash, mover=None)
    return asked.filter(asked_at__gt=_a_day_ago()).count() < MOST_A_DAY


def _may_request_change(mover: Subscriber) -> bool:
    _one_at_a_time(f"mover {mover.pk}")
    asked = Confirmation.objects.filter(mover=mover, asked_at__gt=_a_day_ago())
    return asked.count() < MOST_A_DAY


def _one_at_a_time(what: str) -> None:
    """Make a hundred requests at once wait for each other, so that all are counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _a_day_ago() -> datetime:
    return database_time.now() - timedelta(days=1)


def hashed(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()

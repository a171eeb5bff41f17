"""What webhooks missed, and what no answer told: asked of Stripe until it is known."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Max

from core.database import database_time
from payments.collection import (
    card_on_file,
    refunds,
    stripe_events,
    under_way,
)
from payments.models import Payment, Refund, SavedCard, StripeCustomer, StripeEvent
from payments.stripe_client import Answer, Rejected, StripeAway, ask, is_configured

AT_ONCE = 50  # rows that one turn asks of
CLAIM = timedelta(minutes=2)  # longer than one request takes
OVERLAP = timedelta(days=1)  # a webhook that came meanwhile hides none before it
FIRST_LOOK_BACK = timedelta(days=3)
MOST_PAGES = 20
log = logging.getLogger(__name__)


def reconcile() -> int:
    """Ask Stripe of all that is due, and return how many rows it told of. Safe to run twice.

    Where Stripe is away the turn ends: the next one goes on.
    """
    if not is_configured():
        return 0
    told = 0
    try:
        for look in _due(database_time.now()):
            told += _told(look)
    except StripeAway:
        pass
    return told


def _told(look: Callable[[], object]) -> int:
    try:
        look()
    except Rejected:  # logged; the row is looked at again
        return 0
    return 1


def _due(now: datetime) -> Iterator[Callable[[], object]]:
    for event in StripeEvent.objects.due(now)[:AT_ONCE]:
        yield partial(stripe_events.settle, event)
    payments = Payment.objects.due(now).select_related("charge__appointment", "card__customer")
    for payment in payments[:AT_ONCE]:
        if _claim(Payment, payment, now):
            yield partial(under_way.look_at, payment)
    for card in SavedCard.objects.due(now).select_related("customer")[:AT_ONCE]:
        if _claim(SavedCard, card, now):
            yield partial(card_on_file.look, card)
    for refund in Refund.objects.due(now).select_related("payment__charge")[:AT_ONCE]:
        if _claim(Refund, refund, now):
            yield partial(refunds.look, refund)
    for customer in StripeCustomer.objects.left()[:AT_ONCE]:
        yield partial(card_on_file.forget_customer, customer)


def _claim(model: Any, row: Any, now: datetime) -> bool:
    """Keep other workers off it for a while; return whether none was faster."""
    rows = model.objects.filter(pk=row.pk, look_at=row.look_at)
    return bool(rows.update(look_at=now + CLAIM))


def hear_missed() -> int:
    """Read Stripe's own list of what happened since the last event; return how many were new.

    So what was done in Stripe's pages is known here, however long no webhook came through.
    """
    if not is_configured():
        return 0
    since = StripeEvent.objects.aggregate(last=Max("happened_at"))["last"]
    since = (since or database_time.now() - FIRST_LOOK_BACK) - OVERLAP
    try:
        events = list(_events_since(since))
    except (StripeAway, Rejected):
        return 0
    # The oldest first: what is heard last says from when on the next run reads.
    return sum(stripe_events.hear(event) is not None for event in reversed(events))


def _events_since(since: datetime) -> Iterator[Answer]:
    """Yield what happened there, the newest first, as far as it is read at once."""
    asked: Any = {
        "created": {"gte": int(since.timestamp())},
        "types": list(stripe_events.KINDS),
        "limit": 100,
    }
    for _page in range(MOST_PAGES):
        found = ask(lambda api: api.events.list(asked))
        yield from found["data"]
        if not found["has_more"]:
            return
        asked["starting_after"] = found["data"][-1]["id"]

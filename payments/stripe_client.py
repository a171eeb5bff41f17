"""Asking Stripe, and what its answers mean: done, declined, refused, or nobody knows.

Stripe is told an amount, the word "Visit" and random numbers, and nothing of a person. Each request
that makes something carries a key: sent again within a day it makes nothing more.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

Answer = dict[str, Any]
SECONDS = (3.05, 12.0)  # to connect, and to answer: a person waits for it
KEYS_LAST = timedelta(hours=23)  # it forgets the key of a request after 24
log = logging.getLogger(__name__)
# It says each address that it asks, with numbers of payments.
logging.getLogger("stripe").setLevel(logging.WARNING)
stripe.enable_telemetry = False


class NotConfigured(Exception):
    """Nobody has set up payments online."""


class StripeAway(Exception):
    """There is no answer, or none that says whether it was done.

    `is_old`: it is the answer to the same request when it was sent first, which Stripe keeps.
    """

    def __init__(self, *, is_old: bool = False) -> None:
        super().__init__()
        self.is_old = is_old


class Declined(Exception):
    """The bank has not let the card be charged. `intent` is Stripe's number of the attempt."""

    def __init__(self, code: str, intent: str) -> None:
        super().__init__(code)
        self.code, self.intent = code, intent


class Rejected(Exception):
    """Stripe does not do it, and has done nothing. Its text is Stripe's code, for staff."""


def is_configured() -> bool:
    """Return whether patients can pay online here."""
    return bool(settings.STRIPE_SECRET_KEY)


def require_configured() -> None:
    """Raise NotConfigured where nobody has set it up: before anything is written."""
    if not is_configured():
        raise NotConfigured


def ask(call: Callable[[Any], stripe.StripeObject]) -> Answer:
    """Return what Stripe answers to `call(services)`, `services` being those of its API.

    Raises StripeAway, Declined, Rejected and NotConfigured.
    """
    require_configured()
    try:
        answer = call(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL).v1)
        return answer.to_dict()
    except stripe.CardError as error:
        raise Declined(_reason(error), _intent_of(error)) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        log.warning("Stripe does not answer (%s).", type(error).__name__)
        raise StripeAway from None
    except stripe.StripeError as error:
        raise _not_done(error) from None


def card_of(intent: Answer | None) -> dict[str, str]:
    """Return brand and last digits of the card that paid, where Stripe has said them."""
    paid = intent and intent.get("latest_charge")
    details = paid["payment_method_details"] if isinstance(paid, dict) else None
    card = details and details.get("card")
    return {"brand": card["brand"] or "", "last4": card["last4"] or ""} if card else {}


def _not_done(error: stripe.StripeError) -> Exception:
    """Return what an answer means that is neither a success nor about a card."""
    status, code = error.http_status or 0, error.code or type(error).__name__
    if status >= 500 or status == 409 or not status:
        log.warning("Stripe answers %s (%s).", status, code)
        return StripeAway(is_old=_header(error, "idempotent-replayed") == "true")
    log.error("Stripe refuses a request: %s (%s).", status, code)
    return Rejected(code)


def _header(error: stripe.StripeError, name: str) -> str:
    headers = error.headers or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")


def _reason(error: stripe.CardError) -> str:
    """Return the bank's reason, such as "insufficient_funds", where it gives one."""
    return str(_told(error).get("decline_code") or error.code or "card_declined")[:60]


def _intent_of(error: stripe.CardError) -> str:
    told = _told(error).get("payment_intent")
    return str(told["id"]) if told else ""


def _told(error: stripe.CardError) -> Answer:
    body = error.json_body
    return body.get("error", {}) if isinstance(body, dict) else {}


@lru_cache(maxsize=4)
def _client(key: str, url: str) -> stripe.StripeClient:
    """Return the client of this process. It sends nothing twice by itself: the workflow does."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url} if url else {},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=SECONDS),
    )

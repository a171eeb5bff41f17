"""Where Stripe tells what has happened there. Each report proves itself by its signature."""

import logging

import stripe
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import broker
from payments.collection import stripe_events
from payments.models.events import TASK
from payments.stripe_client import Answer

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
log = logging.getLogger(__name__)


@csrf_exempt  # no browser sends this, and no cookie stands behind it
@require_POST
@never_cache
def webhook(request: HttpRequest) -> HttpResponse:
    """Answer 200 once it is written down that something happened; a worker then asks Stripe.

    404 while payments are not set up, 403 without a signature, 400 for what nobody can read.
    """
    if not settings.STRIPE_WEBHOOK_SECRETS:
        return HttpResponse(status=404)
    try:
        event = _read(request).to_dict()
        _require_parts(event)
    except stripe.SignatureVerificationError:
        log.warning("A report that is not signed by Stripe was refused.")
        return HttpResponse(status=403)
    except UNREADABLE as error:
        log.warning("Stripe reported what cannot be read: %s", type(error).__name__)
        return HttpResponse(status=400)
    row = stripe_events.hear(event, by_webhook=True)
    if row:
        broker.publish_on_commit(TASK, row.pk, expires=50)
    return HttpResponse()


def _read(request: HttpRequest) -> stripe.Event:
    """Return the event, signed with one of our secrets: two while one replaces the other."""
    body = request.body  # nosemgrep: request-body-read-by-hand  (a signature is of the bytes)
    header = request.headers.get("Stripe-Signature", "")
    first, *others = settings.STRIPE_WEBHOOK_SECRETS
    for secret in others:
        try:
            return stripe.Webhook.construct_event(body, header, secret)
        except stripe.SignatureVerificationError:
            continue
    return stripe.Webhook.construct_event(body, header, first)


def _require_parts(event: Answer) -> None:
    """Raise KeyError or TypeError where what is read of an event is not there."""
    for part in (event["id"], event["type"], event["data"]["object"]["id"]):
        if not isinstance(part, str):
            raise TypeError(part)
    int(event["created"])

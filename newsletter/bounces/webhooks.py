"""Webhooks of mail providers, read by django-anymail, in the words of our reports."""

import json
import re
from collections.abc import Callable
from typing import Any

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView, AnymailBasicAuthMixin
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from core.database import database_time
from core.web import client
from newsletter.bounces import dsn, provider_codes
from newsletter.bounces.reports import Report

TIMEOUT = 10
# sns.<region>.amazonaws.com, and .cn for the regions of China; nothing before it and no port.
AMAZON_CONFIRMS = re.compile(
    r"https://sns\.[a-z]{2}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}\.amazonaws\.com(?:\.cn)?"
    r"/\?[\x21-\x7e]{1,1500}",
    re.ASCII,
)
MOST_EVENTS = 100  # of one call; Amazon's tells of fifty recipients at most


class AmazonSES(AmazonSESTrackingWebhookView):
    """Amazon's, without its own library: anymail needs that only to confirm the subscription."""

    def __init__(self, **kwargs: Any) -> None:
        AnymailBaseWebhookView.__init__(self, **kwargs)

    def auto_confirm_sns_subscription(self, sns_message: dict) -> None:
        """Follow Amazon's link once. The secret has been checked before; the host is here.

        Raises NotFetched where Amazon does not answer: it tells of the subscription again.
        """
        link = str(sns_message.get("SubscribeURL", ""))
        if not AMAZON_CONFIRMS.fullmatch(link):
            raise SuspiciousOperation("Not a link of Amazon's to confirm a subscription")
        answer = client.fetch(link, agent="newsletter", seconds=TIMEOUT)
        if answer.status != 200:
            raise client.NotFetched(str(answer.status))


def _by_secret(view: type[AnymailBaseWebhookView]) -> Callable[[], AnymailBaseWebhookView | None]:
    def reader() -> AnymailBaseWebhookView | None:
        secret = settings.NEWSLETTER_WEBHOOK_SECRET
        return view(webhook_secret=secret) if secret else None

    return reader


def _mailgun() -> AnymailBaseWebhookView | None:
    key = settings.MAILGUN_WEBHOOK_SIGNING_KEY
    return MailgunTrackingWebhookView(webhook_signing_key=key, webhook_secret=[]) if key else None


# None where its secret is not set: then nobody is let in.
READERS: dict[str, Callable[[], AnymailBaseWebhookView | None]] = {
    "amazon-ses": _by_secret(AmazonSES),
    "postmark": _by_secret(PostmarkTrackingWebhookView),
    "mailgun": _mailgun,
}


def read(provider: str, request: HttpRequest) -> list[Report] | None:
    """Return what a provider reports; None where this one is not set up.

    Raises SuspiciousOperation for a call without its secret or signature, and ValueError, KeyError
    or AnymailError for what cannot be read.
    """
    reader = READERS[provider]()
    if reader is None:
        return None
    reader.setup(request)
    if reader.basic_auth:  # before any of the body is read
        AnymailBasicAuthMixin.validate_request(reader, request)
    reader.run_validators(request)
    events = reader.parse_events(request)[:MOST_EVENTS]
    found = (_report(provider, event, place) for place, event in enumerate(events))
    return [report for report in found if report]


def _report(provider: str, event: AnymailTrackingEvent, place: int) -> Report | None:
    meaning = provider_codes.interpret(provider, event, place)
    if meaning is None:
        return None
    told = json.dumps(event.esp_event, default=str)
    why = event.mta_response or event.description or event.reject_reason or ""
    return Report(
        source=provider,
        # Postmark names only bounces; the same event of one mail is the same event all the same.
        event_id=f"{event.event_id or f'{event.event_type} {event.message_id}'}/{place}",
        kind=meaning.kind,
        quoted=told,
        recipient=event.recipient or "",
        why=dsn.strip_addresses(why),
        final=event.event_type != "deferred",
        left=meaning.left,
        alarming=meaning.alarming,
        at=event.timestamp or database_time.now(),
    )

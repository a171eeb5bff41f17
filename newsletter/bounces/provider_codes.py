"""What each provider's word for a failure means for its reader.

Where a provider passes on what the mail server said, the rule of `bounce_classification` counts.
Its own words count where they say more: what it refuses itself, and whom it has given up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent

from core.mail import bounce_classification
from core.mail.bounce_classification import Bounce
from newsletter.bounces import dsn
from newsletter.models import Event

Kind = Event.Kind


@dataclass(frozen=True)
class Meaning:
    """`alarming`: the provider itself says that it is about us. `left`: they left there."""

    kind: Event.Kind
    left: bool = False
    alarming: bool = False


HARD, SOFT = Meaning(Kind.BOUNCED), Meaning(Kind.DEFERRED)
SENDER_REJECTED, PROVIDER_REJECTED = Meaning(Kind.REFUSED), Meaning(Kind.REFUSED, alarming=True)
LEFT, COMPLAINED = Meaning(Kind.COMPLAINED, left=True), Meaning(Kind.COMPLAINED)
_FAILURES = ("bounced", "rejected")
_MEANS = {Bounce.HARD: HARD, Bounce.SOFT: SOFT, Bounce.SENDER_REJECTED: SENDER_REJECTED}


_KINDS = {
    "delivered": Meaning(Kind.DELIVERED),
    "deferred": SOFT,
    "unsubscribed": LEFT,
}


def interpret(provider: str, event: AnymailTrackingEvent, place: int) -> Meaning | None:
    """Return what the recipient at this place of an event is told to be; None where nothing."""
    if event.event_type in _FAILURES:
        return _JUDGES[provider](event, place)
    if provider == "postmark" and event.esp_event.get("Type") in ("SpamNotification", "Unknown"):
        return postmark(event, place)
    if event.event_type == "complained":
        return COMPLAINED if is_complaint(event) else None
    return _KINDS.get(event.event_type)


def by_rule(code: Any, said: Any) -> Meaning:
    """Return what the rule of all reports makes of a code and an answer."""
    return _MEANS[bounce_classification.classify(str(code or ""), str(said or ""))]


def amazon(event: AnymailTrackingEvent, place: int) -> Meaning:
    """Read a Bounce or Reject (docs.aws.amazon.com/ses, "Notification contents").

    Reject: Amazon found a virus, and sent nothing. Permanent with NoEmail: no such mailbox;
    Suppressed and OnAccountSuppressionList: it bounced before. Transient with ContentRejected or
    AttachmentRejected is about the mail. Transient and Undetermined never say that it is dead.
    """
    if event.event_type == "rejected":
        return PROVIDER_REJECTED
    bounce = _part(event.esp_event, "bounce")
    kind, closer = bounce.get("bounceType"), bounce.get("bounceSubType")
    if closer in ("ContentRejected", "AttachmentRejected"):
        return PROVIDER_REJECTED
    if kind == "Permanent" and closer in ("NoEmail", "Suppressed", "OnAccountSuppressionList"):
        return HARD
    recipients = bounce.get("bouncedRecipients")
    told = recipients[place] if isinstance(recipients, list) and place < len(recipients) else {}
    found = by_rule(told.get("status"), told.get("diagnosticCode"))
    return SOFT if found is HARD and kind != "Permanent" else found


# Types of Postmark (postmarkapp.com/developer/api/bounce-api, "Bounce types").
_REJECTED_AT_POSTMARK = {"Blocked", "DMARCPolicy", "VirusNotification", "SpamNotification"}
_SOFT_AT_POSTMARK = {"SoftBounce", "Transient", "DnsError", "AutoResponder"}


def postmark(event: AnymailTrackingEvent, place: int) -> Meaning:
    """Read a bounce, or a change of Postmark's own list: whom it calls inactive is gone."""
    told = event.esp_event or {}
    kind = told.get("Type")
    if kind in _REJECTED_AT_POSTMARK:
        return PROVIDER_REJECTED
    if kind in _SOFT_AT_POSTMARK:
        return SOFT
    given_up = told.get("Inactive", told.get("SuppressSending"))
    return HARD if given_up is True else SOFT


# Mailgun's own codes, in the place of an SMTP code: given up after hours, bounced, left or
# complained before, no mail server found (documentation.mailgun.com, "Events"; its support).
_AT_MAILGUN = {"602": SOFT, "605": HARD, "606": LEFT, "607": COMPLAINED, "498": SOFT}
_REASONS_AT_MAILGUN = {
    "old": SOFT,
    "greylisted": SOFT,
    "suppress-bounce": HARD,
    "suppress-unsubscribe": LEFT,
    "suppress-complaint": COMPLAINED,
    "espblock": PROVIDER_REJECTED,
}


def mailgun(event: AnymailTrackingEvent, place: int) -> Meaning:
    """Read a failure, in the form of today or of before 2018 (plain fields of a form)."""
    told = event.esp_event or {}
    data = _part(told, "event-data") or told
    delivery = _part(data, "delivery-status") or data
    code, reason = str(delivery.get("code") or ""), str(data.get("reason") or "")
    if data.get("event") == "rejected":
        return PROVIDER_REJECTED
    own = _AT_MAILGUN.get(code) or _REASONS_AT_MAILGUN.get(reason)
    if own:
        return own
    answer = event.mta_response or event.description or ""
    return by_rule(delivery.get("enhanced-code"), f"{code} {answer}")


_JUDGES: dict[str, Callable[[AnymailTrackingEvent, int], Meaning]] = {
    "amazon-ses": amazon,
    "postmark": postmark,
    "mailgun": mailgun,
}


def is_complaint(event: AnymailTrackingEvent) -> bool:
    """Return whether a complaint is one against our mail: abuse or opt-out, as in RFC 5965.

    Amazon passes on the type of the mailbox provider's report where there was one.
    """
    kind = _part(event.esp_event, "complaint").get("complaintFeedbackType")
    return str(kind or "").strip().lower() in dsn.COMPLAINTS


def _part(told: Any, name: str) -> dict[str, Any]:
    found = told.get(name) if hasattr(told, "get") else None
    return found if isinstance(found, dict) else {}

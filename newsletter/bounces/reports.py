"""What follows from a report, whoever tells it. Each counts once, however often it is told."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.mail import outbox
from core.people import email_addresses
from newsletter.bounces import sender_alarms
from newsletter.delivery import message_ids
from newsletter.models import Delivery, Event, Issue, Subscriber
from newsletter.subscription import hard_bounces, soft_bounces, unsubscribe

Status = Subscriber.Status
Kind = Event.Kind


@dataclass(frozen=True)
class Report:
    """One report. `quoted` names the Message-ID of the mail; `final` is False while they retry."""

    source: str
    event_id: str
    kind: Event.Kind
    quoted: str
    recipient: str
    why: str
    final: bool = True
    left: bool = False  # their reader pressed "unsubscribe" at the provider
    alarming: bool = False  # the provider itself says that it is about us
    at: datetime = field(default_factory=timezone.now)


@transaction.atomic
def process(report: Report) -> bool:
    """Do what follows from a report, and keep it; return False for one about no mail of ours.

    What was told before counts no second time. Only a Message-ID that we made is believed. A mail
    of the clinic that bounced is for the front desk, and suppresses nobody.
    """
    found = message_ids.parse(report.quoted)
    if found is None:
        return _about_transactional_mail(report)
    issue, delivery = found
    subscriber = _reader(issue, delivery)
    told_again = report.kind == Kind.DEFERRED and _was_deferred(subscriber, issue)
    _row, is_new = Event.objects.get_or_create(
        source=report.source,
        event_id=hashlib.sha256(report.event_id.encode()).hexdigest(),
        defaults={
            "kind": report.kind,
            "issue": issue,
            "delivery": delivery,
            "subscriber": subscriber,
            "why": report.why,
            "at": report.at,
        },
    )
    if is_new and report.kind == Kind.REFUSED:
        sender_alarms.record_sender_rejection(issue, at_once=report.alarming)
    elif is_new and subscriber and not told_again:
        _act(report, subscriber, issue)
    return True


def _act(report: Report, subscriber: Subscriber, issue: int) -> None:
    how = f"{report.source}: {report.why}"
    if report.left:
        unsubscribe.unsubscribe(subscriber, how=how, issue=issue)
    elif report.kind == Kind.COMPLAINED:
        unsubscribe.suppress(subscriber, because=Status.COMPLAINED, how=how, issue=issue)
    elif report.kind == Kind.BOUNCED:
        hard_bounces.record_hard_bounce(subscriber, how=how, issue=issue)
    elif report.kind == Kind.DEFERRED:
        if _one_arrived_since(subscriber, issue):
            soft_bounces.reset_soft_bounces(subscriber)
        soft_bounces.record_soft_bounce(subscriber, how=how, issue=issue)
    else:
        soft_bounces.reset_soft_bounces(subscriber)


def _one_arrived_since(subscriber: Subscriber, issue: int) -> bool:
    """Return whether an issue arrived between the last one that bounced and this one."""
    earlier = Event.objects.filter(subscriber=subscriber, kind=Kind.DEFERRED, issue__lt=issue)
    last = earlier.order_by("-issue").values_list("issue", flat=True).first()
    if last is None:
        return False
    between = Issue.objects.filter(pk__gt=last, pk__lt=issue).values_list("pk", flat=True)
    arrived = Delivery.objects.filter(subscriber=subscriber, issue__in=list(between), status="sent")
    return arrived.exists()


def _was_deferred(subscriber: Subscriber | None, issue: int) -> bool:
    """Return whether this issue bounced softly before: ten attempts at one mail count once."""
    known = Event.objects.of_issue(issue).filter(kind=Kind.DEFERRED, subscriber=subscriber)
    return known.exists()


def _reader(issue: int, delivery: int) -> Subscriber | None:
    """Return whom the mail was for, by our own row: a report may name anybody."""
    found = Delivery.objects.filter(pk=delivery, issue=issue).values_list("subscriber", flat=True)
    return Subscriber.objects.filter(pk__in=found).first()


def _about_transactional_mail(report: Report) -> bool:
    if report.kind == Kind.DELIVERED or not report.final:
        return False
    email = outbox.record_bounce(quoted=report.quoted, why=report.why)
    if email is None:
        return False
    # Our own mail to a reader says the same about their address as an issue would.
    against = report.kind in (Kind.BOUNCED, Kind.COMPLAINED)
    if email.template.startswith("newsletter_") and email.to and against:
        because = Status.COMPLAINED if report.kind == Kind.COMPLAINED else Status.BOUNCED
        reader = Subscriber.objects.filter(
            address_hash=email_addresses.keyed_hash(email.to)
        ).first()
        if reader:
            unsubscribe.suppress(reader, because=because, how=f"{report.source}: {report.why}")
    return True

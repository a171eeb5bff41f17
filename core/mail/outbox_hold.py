"""The outbox is held while the server refuses us: nothing is given up, and one mail tries.

Refusals in a row are about us (`refusals`). Then every mail waits; every few seconds, later every
minute, one of them is tried. The first that is taken lets all others go. What only some
recipients are refused does not hold the rest: those mails wait by themselves (`delivery`).
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Count, F, Q, Subquery
from django.db.models.functions import Greatest, Now

from core import broker
from core.database import database_time
from core.mail import refusals
from core.mail.hold_model import FIRST_PAUSE, OutboxHold
from core.mail.models import SWEEP, EmailStatus, OutgoingEmail, OutgoingEmailQuerySet
from core.mail.refusals import About

LATELY = timedelta(hours=3)
# An e-mail that failed at its first attempt: nobody reads there, says the server.
_NOBODY_THERE = Q(status=EmailStatus.FAILED, attempts=1)
# An attempt that says nothing about its e-mail; it is not the first one any more.
UNCOUNTED = {"attempts": Greatest(F("attempts") - 1, 1)}
log = logging.getLogger(__name__)
PROBE = "core.mail.tasks.probe"


@dataclass(frozen=True)
class Hold:
    """Why every mail waits, for staff and for whoever watches the site. Names nobody."""

    since: datetime
    reason: str  # one line with the server's words, without addresses
    waiting: int  # mails that it is time for
    next_try_at: datetime


class Turn(Enum):
    """What a worker may do now."""

    SEND = "send"
    PROBE = "probe"  # held, and this one mail is the attempt
    WAIT = "wait"


def current() -> Hold | None:
    """Return since when and why the outbox is held; None where it is not. Two queries."""
    row = OutboxHold.objects.held()
    if row is None or row.held_since is None or row.next_try_at is None:
        return None
    waiting = OutgoingEmail.objects.overdue().count()
    return Hold(row.held_since, row.reason, waiting, row.next_try_at)


def turn() -> Turn:
    """Say what a worker may do with the next mail. Of a held outbox one worker gets the attempt."""
    if OutboxHold.objects.held() is None:
        return Turn.SEND
    return Turn.PROBE if OutboxHold.objects.take_turn() else Turn.WAIT


def confirms(about: About) -> bool:
    """Return whether such an answer to the attempt says that the server refuses us still.

    Where the outbox is held because nobody is said to read at one address after the other, one
    more of these is no news.
    """
    if about is About.RECIPIENT:
        row = OutboxHold.objects.held()
        return row is not None and row.doubts_recipients
    return about is About.SENDER


def go_on() -> None:
    """Where it is held still, ask for the next attempt once it is time for it."""
    held = current()
    if held is not None:
        seconds = (held.next_try_at - database_time.now()).total_seconds()
        broker.publish(PROBE, delay=max(seconds, 0) + 0.1)


def others_are_refused(to: str) -> bool:
    """Return whether lately so many other recipients were refused that it is about us."""
    lately = OutgoingEmail.objects.filter(refused_at__gt=Now() - LATELY).exclude(_NOBODY_THERE)
    others = lately.exclude(to=to).aggregate(count=Count("to", distinct=True))["count"]
    return refusals.are_about_us(unexplained=others + 1, nobody_there=0)


def record_accepted() -> None:
    """Count refusals from none again; where the outbox is held, let everything go."""
    ended = OutboxHold.objects.end()
    if ended is None or not ended[1]:
        return
    log.warning("The mail server takes mail again: the outbox is not held any more.")
    in_the_row = OutgoingEmail.objects.filter(
        status=EmailStatus.WAITING, refused_at__gt=ended[0], attempts__gt=0
    )
    # What they were refused meanwhile was not about them.
    in_the_row.update(due_at=Now(), **UNCOUNTED)
    broker.publish(SWEEP)


def record_refusal(reason: str) -> None:
    """Hold the outbox if this refusal, with those just before it, is about us.

    The row of the e-mail that was refused has its `refused_at` by now.
    """
    OutboxHold.objects.prepare()
    refused = _refused_in_a_row()
    counts = refused.aggregate(
        unexplained=Count("to", distinct=True, filter=~_NOBODY_THERE),
        nobody_there=Count("to", distinct=True, filter=_NOBODY_THERE),
    )
    if not refusals.are_about_us(**counts):
        return
    doubts = counts["unexplained"] < refusals.MOST_UNEXPLAINED
    if OutboxHold.objects.begin(
        reason=refusals.without_addresses(reason), doubts_recipients=doubts
    ):
        log.error("The outbox is held: the mail server refuses one e-mail after the other.")
        if doubts:
            _take_back_failures(refused)
        refused.filter(status=EmailStatus.WAITING).update(due_at=Now())
        broker.publish(PROBE, delay=FIRST_PAUSE)


def _refused_in_a_row() -> OutgoingEmailQuerySet:
    """Return the e-mails that were refused since the server last took one."""
    accepted = Subquery(OutboxHold.objects.values("accepted_at")[:1])
    return OutgoingEmail.objects.filter(refused_at__gt=accepted)


def _take_back_failures(refused: OutgoingEmailQuerySet) -> None:
    """Let those wait that failed because nobody reads there: so many at once is not believed."""
    pks = list(refused.resendable().values_list("pk", flat=True))
    OutgoingEmail.objects.filter(pk__in=pks, status=EmailStatus.FAILED).update(
        status=EmailStatus.WAITING, due_at=Now()
    )


def next_probe() -> int | None:
    """Return the e-mail to try while the outbox is held: the one that was refused longest ago."""
    waiting = OutgoingEmail.objects.overdue().order_by(F("refused_at").asc(nulls_first=True), "pk")
    return waiting.values_list("pk", flat=True).first()

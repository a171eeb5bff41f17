"""Sending e-mails of the outbox: claim, send outside any transaction, settle; and recovery."""

import logging
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.mail import outbox_hold, smtp_errors, throttling
from core.mail.message import build
from core.mail.models import EMPTY, EmailStatus, OutgoingEmail, OutgoingEmailQuerySet
from core.mail.outbox_hold import Turn
from core.mail.refusals import About

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
# 1 + 2 + 4 … + 64 minutes, then every two hours: about three days.
ATTEMPTS = 42
# So often a server may say "never" to one e-mail, the last time after about an hour.
REFUSALS = 7
# How long a handed-over e-mail may sit in the queue before it is handed over once more: with a
# sweep every 30 seconds, what a broker forgot is told it again within a minute; where one sweep is
# lost too, within two.
QUEUE_PATIENCE = timedelta(seconds=20)
BATCH = 200
PURGED_AT_ONCE = 2000  # a fifth of a second, in which nobody else wants these rows


def deliver(pk: int) -> None:
    """Send one waiting e-mail. Of many runs at once only the one that claims it sends it.

    While the outbox is held it stays for the end of that, unless it is the attempt.
    """
    turn = outbox_hold.turn()
    if turn is Turn.WAIT:
        OutgoingEmail.objects.filter(pk=pk, status=EmailStatus.WAITING).update(due_at=Now())
        return
    email = OutgoingEmail.objects.claim(pk)
    if email is not None:
        _deliver(email, probing=turn is Turn.PROBE)
    if turn is Turn.PROBE:
        outbox_hold.go_on()


def _deliver(email: OutgoingEmail, *, probing: bool) -> None:
    if not throttling.may_send(email):
        _later(email)
        return
    connection = get_connection()
    try:
        try:
            message = build(email)
            connection.open()
            connection.send_messages([message])
        except Exception as error:  # whatever it was, the e-mail must not be lost or stay claimed
            _not_sent(email, error, probing=probing)
        else:
            _sent(email)
    finally:
        # Settled before the good-bye: a server that hangs now must not make us send it twice.
        with suppress(Exception):
            connection.close()


def _later(email: OutgoingEmail) -> None:
    """Give it back untried; what overtakes it meanwhile goes in its place."""
    waiting = _back_to_waiting(_about(throttling.TRY_AGAIN_AFTER))
    OutgoingEmail.objects.settle(email, attempts=F("attempts") - 1, **waiting)


def _sent(email: OutgoingEmail) -> None:
    emptied = {"text": "", "html": "", "attachments": []} if email.secret else {}
    OutgoingEmail.objects.settle(
        email,
        status=EmailStatus.SENT,
        sent_at=Now(),
        refused_at=None,
        last_error="",
        **emptied,
    )
    outbox_hold.record_accepted()


def _not_sent(email: OutgoingEmail, error: Exception, *, probing: bool) -> None:
    # Only the kind of the error: its text may hold the address.
    log.warning("e-mail %s, attempt %s: %s", email.pk, email.attempts, type(error).__name__)
    failure, why = smtp_errors.failure(error), smtp_errors.reason(error)
    if probing and outbox_hold.confirms(failure.about):
        changes = outbox_hold.UNCOUNTED | _back_to_waiting(timedelta(0))
        OutgoingEmail.objects.settle(email, refused_at=Now(), last_error=why, **changes)
        return
    # Of one whose recipient is unknown the first refusal counts: after a hold it is believed.
    first = failure.about is About.RECIPIENT and failure.by_server and email.attempts == 1
    counts = first or failure.about is About.SENDER
    refused = {"refused_at": Now()} if counts else {}
    if _is_hopeless(email, failure):
        after: dict[str, object] = {"status": EmailStatus.FAILED}
    else:
        after = _back_to_waiting(retry_delay(email.attempts))
    OutgoingEmail.objects.settle(email, last_error=why, **refused, **after)
    if counts:
        outbox_hold.record_refusal(why)


def _is_hopeless(email: OutgoingEmail, failure: smtp_errors.Failure) -> bool:
    """Return whether to give this e-mail up.

    At once only where it is about this recipient. What else was refused for good is tried for an
    hour, and for days while others are refused as well.
    """
    if failure.about is About.RECIPIENT or email.attempts >= ATTEMPTS:
        return True
    refused_for_long = failure.permanent and email.attempts >= REFUSALS
    return refused_for_long and not outbox_hold.others_are_refused(email.to)


def retry_delay(attempts: int) -> timedelta:
    """Return twice as long after each attempt, up to two hours, and up to a fifth more or less."""
    return _about(min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY))


def _about(delay: timedelta) -> timedelta:
    return delay * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing


def _back_to_waiting(delay: timedelta) -> dict[str, object]:
    """Changes for a row that is being sent; one that was overtaken meanwhile is dropped instead."""
    overtaken = Q(overtaken=True)
    return {
        "status": Case(
            When(overtaken, then=Value(EmailStatus.DROPPED)), default=Value(EmailStatus.WAITING)
        ),
        "due_at": Case(
            When(overtaken, then=None), default=Now() + delay, output_field=DateTimeField()
        ),
    }


def release_abandoned() -> int:
    """Put back what a worker left behind when it was killed; return how many.

    Whether the server had already taken it, nobody knows: it is sent again with its Message-ID.
    """
    gone = {"claimed_by": None, "lease_until": None, "last_error": _("The worker stopped.")}
    with transaction.atomic():
        pks = _lock(OutgoingEmail.objects.abandoned())
        rows = OutgoingEmail.objects.filter(pk__in=pks)
        rows.filter(attempts__gte=ATTEMPTS).update(status=EmailStatus.FAILED, **gone)
        rows.filter(attempts__lt=ATTEMPTS).update(**gone, **_back_to_waiting(timedelta(0)))
    return len(pks)


def take_overdue() -> list[int]:
    """Return up to 200 e-mails to hand over now, none of them again for a while."""
    with transaction.atomic():
        pks = _lock(OutgoingEmail.objects.overdue())
        OutgoingEmail.objects.filter(pk__in=pks).update(due_at=Now() + QUEUE_PATIENCE)
    return pks


def give_back(pks: list[int]) -> None:
    """Make those due again that could not be handed over."""
    OutgoingEmail.objects.filter(pk__in=pks, status=EmailStatus.WAITING).update(due_at=Now())


def purge(older_than: timedelta) -> int:
    """Empty every settled e-mail written longer ago than that; return how many.

    Nothing of a person stays, the address included: the row then only proves that a mail of this
    kind about this thing was sent, and when. What still waits keeps its body until it is settled.
    """
    old = OutgoingEmail.objects.settled().filter(created_at__lt=Now() - older_than)
    count, at = 0, datetime.min.replace(tzinfo=UTC)
    while True:
        with transaction.atomic():
            # On from where the last batch ended: whoever begins anew each time reads all that was
            # emptied before, and is slower with every batch.
            rows = old.filter(created_at__gte=at).order_by("created_at")
            found = list(_unlocked(rows).values_list("pk", "created_at")[:PURGED_AT_ONCE])
            pks = [pk for pk, _at in found]
            OutgoingEmail.objects.filter(pk__in=pks).update(**EMPTY, purged_at=Now())
        if not found:
            return count
        count, at = count + len(found), found[-1][1]


def _lock(rows: OutgoingEmailQuerySet) -> list[int]:
    """The first of these rows; those that another transaction works on are left to the next run."""
    return list(_unlocked(rows).values_list("pk", flat=True)[:BATCH])


def _unlocked(rows: OutgoingEmailQuerySet) -> OutgoingEmailQuerySet:
    return rows.select_for_update(skip_locked=True)

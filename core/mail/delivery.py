"""Sending e-mails of the outbox: claim, send outside any transaction, settle; and recovery."""

import logging
from contextlib import suppress
from datetime import timedelta

from django.core.mail import get_connection
from django.db.models import F
from django.db.models.functions import Now

from core.mail import outbox_hold, smtp_errors, throttling
from core.mail.message import build
from core.mail.models import EmailStatus, OutgoingEmail
from core.mail.outbox_hold import Turn
from core.mail.refusals import About
from core.outbox import recovery
from core.outbox.recovery import back_to_waiting, retry_delay, spread

log = logging.getLogger(__name__)

# 1 + 2 + 4 … + 64 minutes, then every two hours: about three days.
ATTEMPTS = 42
# So often a server may say "never" to one e-mail, the last time after about an hour.
REFUSALS = 7


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
    waiting = back_to_waiting(spread(throttling.TRY_AGAIN_AFTER))
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
        changes = outbox_hold.UNCOUNTED | back_to_waiting(timedelta(0))
        OutgoingEmail.objects.settle(email, refused_at=Now(), last_error=why, **changes)
        return
    # Of one whose recipient is unknown the first refusal counts: after a hold it is believed.
    first = failure.about is About.RECIPIENT and failure.by_server and email.attempts == 1
    counts = first or failure.about is About.SENDER
    refused = {"refused_at": Now()} if counts else {}
    if _is_hopeless(email, failure):
        after: dict[str, object] = {"status": EmailStatus.FAILED}
    else:
        after = back_to_waiting(retry_delay(email.attempts))
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


def release_abandoned() -> int:
    """Put back what a worker left behind when it was killed; return how many.

    Whether the server had already taken it, nobody knows: it is sent again with its Message-ID.
    """
    return recovery.release_abandoned(OutgoingEmail.objects.all(), attempts=ATTEMPTS)


def purge(older_than: timedelta) -> int:
    """Empty every settled e-mail written longer ago than that; return how many."""
    return recovery.purge(OutgoingEmail.objects.all(), older_than)

"""Sending texts of the outbox: claim, send outside any transaction, settle; and recovery.

No provider knows a name by which the same text, sent twice, would be one. So a text whose answer
was lost is not sent again for two minutes: what the provider reports of it meanwhile, by our
reference, settles it (`reports`). Only where nothing is heard either, it goes out once more.
"""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.database import database_time
from core.outbox import recovery
from core.outbox.recovery import back_to_waiting, retry_delay, spread
from core.outbox.rows import OutboxStatus
from core.sms import phone_states, providers, quiet_hours, throttling
from core.sms.message import ANSWERS
from core.sms.models import OutgoingText, PhoneState
from core.sms.providers.base import NotSent, Reason, Taken

log = logging.getLogger(__name__)

ATTEMPTS = 20  # the first in a minute, the last after about a day
# So long a provider may take to report what it took, where its answer was lost.
DOUBTFUL_FOR = timedelta(minutes=2)
_UNREACHABLE = {
    Reason.LANDLINE: PhoneState.Unreachable.LANDLINE,
    Reason.WRONG_NUMBER: PhoneState.Unreachable.WRONG_NUMBER,
}


def deliver(pk: int) -> None:
    """Send one waiting text. Of many runs at once only the one that claims it sends it."""
    text = OutgoingText.objects.claim(pk)
    if text is None:
        return
    if not _is_wanted(text):
        OutgoingText.objects.settle(text, status=OutboxStatus.DROPPED)
        return
    if later := _waits_until(text):
        _give_back(text, later)
        return
    provider = providers.sender()
    if provider is None:  # it was switched off since
        _give_back(text, throttling.TRY_AGAIN_AFTER)
        return
    OutgoingText.objects.filter(pk=text.pk).update(provider=provider.name)
    try:
        taken = provider.send(to=text.to, text=text.text, reference=text.reference)
    except NotSent as error:
        _not_sent(text, error)
    except Exception as error:  # whatever it was, the text must not be lost or stay claimed
        _not_sent(text, NotSent(Reason.MOMENT, type(error).__name__, doubtful=True))
    else:
        _sent(text, taken)


def _is_wanted(text: OutgoingText) -> bool:
    """Return whether nobody said STOP since it was written."""
    return text.template in ANSWERS or not phone_states.of(text.to).stopped


def _waits_until(text: OutgoingText) -> timedelta | None:
    """Return how long it has to wait: for the morning of its reader, or for a limit."""
    now = database_time.now()
    if text.zone:
        allowed = quiet_hours.next_allowed(now, ZoneInfo(text.zone))
        if allowed > now:
            return allowed - now
    return None if throttling.may_send(text) else spread(throttling.TRY_AGAIN_AFTER)


def _give_back(text: OutgoingText, delay: timedelta) -> None:
    """Give it back untried; what overtakes it meanwhile goes in its place."""
    waiting = back_to_waiting(delay)
    OutgoingText.objects.settle(text, attempts=F("attempts") - 1, **waiting)


def _sent(text: OutgoingText, taken: Taken) -> None:
    emptied = {"text": ""} if text.secret else {}
    cost = {} if taken.cost is None else {"cost": taken.cost}
    OutgoingText.objects.settle(
        text,
        status=OutboxStatus.SENT,
        sent_at=Now(),
        provider_id=taken.provider_id,
        last_error="",
        **cost,
        **emptied,
    )


def _not_sent(text: OutgoingText, error: NotSent) -> None:
    log.warning("text %s, attempt %s: %s", text.pk, text.attempts, error.reason)
    words = error.words or _("The provider did not say why.")
    if error.reason is Reason.STOPPED:
        phone_states.record_stopped(text.to)
        OutgoingText.objects.settle(text, status=OutboxStatus.DROPPED, last_error=words)
        return
    if error.reason in _UNREACHABLE:
        phone_states.record_unreachable(text.to, _UNREACHABLE[error.reason])
    final = error.reason in (*_UNREACHABLE, Reason.REFUSED) or text.attempts >= ATTEMPTS
    if final:
        after: dict[str, object] = {"status": OutboxStatus.FAILED}
    else:
        delay = retry_delay(text.attempts)
        after = back_to_waiting(max(delay, DOUBTFUL_FOR) if error.doubtful else delay)
    OutgoingText.objects.settle(text, last_error=words, **after)


def release_abandoned() -> int:
    """Put back what a worker left behind when it was killed; return how many.

    The lease was long enough for the provider to report what it took.
    """
    return recovery.release_abandoned(OutgoingText.objects.all(), attempts=ATTEMPTS)


def purge(older_than: timedelta) -> int:
    """Empty every settled text written longer ago than that; return how many."""
    return recovery.purge(OutgoingText.objects.all(), older_than)

"""The outbox of texts: what other apps call to send one. Nothing here talks to a provider."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import sms
from core.database import database_time
from core.languages.speaking import speaking
from core.outbox import writing
from core.outbox.writing import SWEEP_AFTER
from core.sms import consents, gsm7, numbers, phone_states, quiet_hours, throttling
from core.sms.message import ANSWERS, reference, render
from core.sms.models import OutgoingText

# A text says what is now: later than this it says nothing to anybody.
OF_USE_FOR = timedelta(days=1)


def enqueue(
    template: str,
    *,
    key: str,
    to: Any,
    about: str = "",
    overtakes: bool = False,
    wait: timedelta = timedelta(0),
    not_after: datetime | None = None,
    language: str = "",
    zone: str = "",
    secret: bool = False,
    quiet_hours: bool = True,
    network: str = "",
    **context: Any,
) -> OutgoingText | None:
    """Write one text in the caller's transaction; a worker sends it after the commit.

    None where nothing is written: where the site sends no texts, `key` was written before, the
    number cannot get texts or said STOP, nobody agreed to texts there, `network` asks for too many,
    or the time for it would be over before its reader's day begins.

    `to` is a phone number. `secret` is for codes that the reader of the number asks for: they need
    no consent and no daylight, and go from the table once they are sent. `about`, `overtakes`,
    `wait` and `not_after` are those of `core.mail.outbox.enqueue`; left out, a text is of use for a
    day. `language` is that of who reads it, `zone` the name of the time zone they live in, by which
    a text waits for the morning; without one, or without `quiet_hours`, it goes at any hour.
    Raises when there is no such template, never for the sake of a broker or a provider.
    """
    number = numbers.textable(to)
    if not sms.is_configured() or not number or not _may_get(template, number, secret=secret):
        return None
    if network and not throttling.may_ask(network):
        return None
    now = database_time.now()
    asleep = quiet_hours and not secret
    row = _row(template, language, context, key=key, to=number, about=about, secret=secret)
    row.zone = zone if asleep else ""
    row.created_at = now
    row.not_after = not_after or now + OF_USE_FOR
    first = _first_allowed(now + wait, row.zone)
    if first >= row.not_after:
        return None
    at_once = first <= now
    row.due_at = now + SWEEP_AFTER if at_once else first
    rows = OutgoingText.objects.all()
    written = writing.write(rows, row, overtakes=overtakes, hand_over=at_once)
    return row if written else None


def _may_get(template: str, number: str, *, secret: bool) -> bool:
    """Return whether a text of this kind may go to this number."""
    if template in ANSWERS:
        return True
    if not phone_states.of(number).takes_texts:
        return False
    return secret or consents.in_force(number)


def _row(template: str, language: str, context: dict[str, Any], **fields: Any) -> OutgoingText:
    with speaking(language):
        text = render(template, context)
    return OutgoingText(
        template=template,
        text=text,
        parts=gsm7.parts(text),
        reference=reference(fields["key"]),
        **fields,
    )


def _first_allowed(moment: datetime, zone: str) -> datetime:
    return quiet_hours.next_allowed(moment, ZoneInfo(zone)) if zone else moment


def was_written(key: str) -> bool:
    """Return whether a text with this key stands in the outbox."""
    return OutgoingText.objects.filter(key=key).exists()


def drop(*, about: str) -> None:
    """Let no text of this thing go out any more, in the caller's transaction."""
    OutgoingText.objects.overtake(about)


def drop_all(things: Collection[str]) -> None:
    """Let no text of any of these go out any more, in the caller's transaction."""
    OutgoingText.objects.overtake(*things)


def restore(*, about: str, since: datetime) -> None:
    """Let what was dropped of this thing since then be sent after all, unless its time is over."""
    OutgoingText.objects.restore(about, since=since)


def forget_all(things: Collection[str]) -> None:
    """Drop what waits about these things and empty what is settled, in the caller's transaction."""
    writing.forget_all(OutgoingText.objects.all(), things)

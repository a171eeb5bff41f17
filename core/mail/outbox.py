"""The outbox: what other apps call to send e-mail. Nothing here talks to a mail server."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from core.database import database_time
from core.languages.speaking import speaking
from core.mail import throttling
from core.mail.attachments import Attachment
from core.mail.message import fit, message_id, render
from core.mail.models import OutgoingEmail
from core.outbox import writing
from core.outbox.writing import SWEEP_AFTER, NotResendable

__all__ = [
    "Attachment",
    "NotResendable",
    "count_dropped",
    "delay",
    "drop",
    "drop_all",
    "enqueue",
    "forget",
    "forget_all",
    "leave_unsent",
    "record_bounce",
    "resend",
    "resend_all",
    "restore",
]

MOST_NAMED = 50  # Message-IDs that one report may quote
_MESSAGE_ID = re.compile(r"\b[0-9a-f]{32}@[\w.-]+")


def enqueue(
    template: str,
    *,
    key: str,
    to: str,
    about: str = "",
    overtakes: bool = False,
    wait: timedelta = timedelta(0),
    secret: bool = False,
    not_after: datetime | None = None,
    unsent: bool = False,
    language: str = "",
    attachments: Iterable[Attachment] = (),
    or_else: Sequence[tuple[str, dict[str, Any]]] = (),
    **context: Any,
) -> OutgoingEmail | None:
    """Write one e-mail in the caller's transaction; a worker sends it after the commit.

    None when `key` was written before: then nothing is written, dropped or sent. `about` groups the
    mails of one thing and one reader (`appointment:42`); with `overtakes`, earlier ones of the same
    `about` that are not sent yet never will be; `wait` is how long it may be overtaken itself
    before it goes (see `delay`). `secret` is for mails whose text opens an account. What has not
    been sent by `not_after` is dropped: a reminder must not come after its time. With `unsent` the
    same work is done, nothing is sent, and only kind and time are kept. `language` is that of who
    reads it; left out, the default one, whatever the page that asks for it is in.
    `or_else` are the templates and contexts that would have been sent in another case: they are
    rendered as well, so that the time it takes does not tell which case it is.
    `to` may be anything a person typed: an address that cannot work fails later, and staff see it.
    Raises when the template is not complete, never for the sake of a broker or a mail server.
    """
    with speaking(language):
        rendered = render(template, context)
        for other, its_context in or_else:
            render(other, its_context)
    now = database_time.now()
    email = OutgoingEmail(
        key=key,
        template=template,
        about=about,
        to=fit(to).strip(),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=[attachment.to_json() for attachment in attachments],
        secret=secret,
        not_after=not_after,
        message_id=message_id(key),
        created_at=now,
        due_at=now + (wait or SWEEP_AFTER),
    )
    if unsent:
        writing.leave_empty(email)
    at_once = not wait and not unsent  # else the sweep publishes it
    rows = OutgoingEmail.objects.all()
    written = writing.write(rows, email, overtakes=overtakes, hand_over=at_once)
    return email if written else None


def delay(*, about: str, longest: timedelta, latest: datetime | None = None) -> timedelta:
    """Return how long one more mail about this thing should `wait`: not at all if it is the first.

    No longer than `longest`, nor than until `latest`: for what is soon needed.
    """
    now = database_time.now()
    found = throttling.delay(about, now, longest=longest)
    return found if latest is None else max(min(found, latest - now), timedelta(0))


def drop(*, about: str) -> None:
    """Let no e-mail of this thing go out any more, in the caller's transaction."""
    OutgoingEmail.objects.overtake(about)


def drop_all(things: Collection[str]) -> None:
    """Let no e-mail of any of these go out any more, in the caller's transaction."""
    OutgoingEmail.objects.overtake(*things)


def restore(*, about: str, since: datetime) -> None:
    """Let what was dropped of this thing since then be sent after all, in the caller's transaction.

    The sweep sends it, unless its time is over.
    """
    OutgoingEmail.objects.restore(about, since=since)


def count_dropped(template: str, *, about: str) -> int:
    """Return how many mails of this kind about this thing were dropped before they went out."""
    return writing.count_dropped(OutgoingEmail.objects.all(), template, about=about)


def forget(*, about: str) -> None:
    """Drop what waits about this thing and empty what is settled, in the caller's transaction."""
    forget_all([about])


def forget_all(things: Collection[str]) -> None:
    """The same for all e-mails of these things."""
    writing.forget_all(OutgoingEmail.objects.all(), things)


def record_bounce(*, quoted: str, why: str) -> OutgoingEmail | None:
    """Note that a mail bounced after it was sent; staff see it on the first page of the admin.

    `quoted` is the text in which somebody names the Message-ID. None where it names none of ours.
    """
    found_in_it = islice(_MESSAGE_ID.finditer(quoted), MOST_NAMED)
    named = [f"<{found[0]}>" for found in found_in_it]
    email = OutgoingEmail.objects.filter(message_id__in=named).first()
    if email is not None:
        why = "" if email.purged_at else fit(why)[:500]
        OutgoingEmail.objects.filter(pk=email.pk, bounced_at=None).update(
            bounced_at=database_time.now(), bounce_reason=why
        )
    return email


def resend(email: OutgoingEmail) -> None:
    """Try a failed e-mail again, from the first attempt and with the same Message-ID.

    Raises NotResendable.
    """
    writing.resend(OutgoingEmail.objects.all(), email)


def leave_unsent(pks: Sequence[int]) -> list[int]:
    """Never send these that failed, because staff say so, in the caller's transaction; return them.

    They count as dropped from then on.
    """
    return writing.leave_unsent(OutgoingEmail.objects.all(), pks)


def resend_all(pks: Sequence[int]) -> list[int]:
    """Try these again, in the caller's transaction; return those of them that could be."""
    return writing.resend_all(OutgoingEmail.objects.all(), pks)

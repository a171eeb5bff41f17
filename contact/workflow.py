"""The workflow of contact requests: sent by a visitor, done by the desk, deleted in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from contact.models import ContactRequest
from core.database import database_time
from core.database.batches import batches
from core.validation.control_characters import without_controls


class RequestSettled(Exception):
    """Somebody else has done it, or taken it back, already."""


@dataclass(frozen=True)
class Sent:
    """What a visitor typed, checked by a form; empty is what their form does not ask."""

    kind: str
    name: str
    email: str = ""
    phone: str = ""
    topic: str = ""
    message: str = ""
    best_time: str = ""
    may_leave_message: bool = False
    state: str = ""


def submit(sent: Sent, *, language: str) -> ContactRequest:
    """Put it on the desk's list. Nobody is looked up, and nothing is mailed to who sent it.

    `language` is that of the page it was typed on.
    """
    return ContactRequest.objects.create(
        kind=sent.kind,
        name=without_controls(sent.name),
        email=sent.email,
        phone=sent.phone,
        topic=sent.topic,
        message=without_controls(sent.message),
        best_time=sent.best_time,
        may_leave_message=sent.may_leave_message,
        state=sent.state,
        language=language,
        created_at=database_time.now(),
    )


def done(pk: int, *, by: str) -> None:
    """Take it off the list. Raises RequestSettled where somebody else has."""
    rows = ContactRequest.objects.open().filter(pk=pk)
    if not rows.update(done_at=database_time.now(), done_by=by[:80]):
        raise RequestSettled


def undo(pk: int) -> None:
    """Put it back on the list. Raises RequestSettled where it stands there."""
    rows = ContactRequest.objects.done().filter(pk=pk)
    if not rows.update(done_at=None, done_by=""):
        raise RequestSettled


def purge(now: datetime) -> int:
    """Delete what was sent CONTACT_REQUEST_DAYS ago, done or not; return how many went."""
    before = now - timedelta(days=settings.CONTACT_REQUEST_DAYS)
    old = ContactRequest.objects.sent_before(before)
    return sum(part.delete()[0] for part in batches(old))

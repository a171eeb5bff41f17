"""The mailbox for bounces: a Maildir on this machine, or one that is read by IMAP."""

import heapq
import imaplib
import itertools
import logging
import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.db import DataError

from core.database import database_time
from core.mail.bounce_classification import Bounce
from newsletter.bounces import dsn, reports
from newsletter.models import Event

log = logging.getLogger(__name__)
MOST = 2000  # in one run; the next goes on
SECONDS = 120  # for one run, likewise
LONGEST = 256 * 1024  # of a mail is read: what it reports stands before the copy of our mail
TIMEOUT = 30
AT_ONCE = 10_000  # imaplib breaks at an answer of a megabyte
LOOKED_AT = "CurednationLookedAt"  # a keyword of IMAP (RFC 3501, 2.3.2)


class Message(Protocol):
    """One mail in the mailbox that nobody has looked at."""

    octets: bytes

    def remove(self) -> None: ...

    def leave_read(self, *, flagged: bool = False) -> None: ...

    def leave_unread(self) -> None: ...


def read_mailbox(url: str) -> int:
    """Read what is new in the mailbox at `url`; return how many reports there were.

    `maildir:/path`, or `imaps://user:password@host/folder` (`imap://` without encryption, for this
    machine only). A mail is removed once a report in it that is about a mail of ours is kept.
    Another report stays as it came, unread: it is somebody's own. Any other mail stays there,
    marked as read; one that cannot be read is flagged as well and told in the log. Whatever a mail
    holds, it is looked at once, and the next one has its turn. Ends after SECONDS; the next run
    goes on.
    """
    count = odd = 0
    ends = time.monotonic() + SECONDS
    with closing(_messages(url)) as messages:
        for message in messages:
            found = _process(message.octets)
            _file(message, found)
            odd += found is None
            count += found.ours if found else 0
            if time.monotonic() > ends:
                log.warning("The mailbox for bounces holds more than one run can read.")
                break
    if odd:
        log.warning("%s mails in the mailbox for bounces cannot be read: flagged there.", odd)
    return count


@dataclass(frozen=True)
class Found:
    """How many reports a mail holds, and how many of them are about mails of ours."""

    reports: int
    ours: int


def _process(octets: bytes) -> Found | None:
    """Process the reports in this mail; return None for one that cannot be read."""
    try:
        found = [_report(each) for each in dsn.read(octets)]
        return Found(len(found), sum(reports.process(report) for report in found))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, DataError) as error:
        log.info("A mail in the mailbox for bounces cannot be read: %s", type(error).__name__)
        return None


def _file(message: Message, found: Found | None) -> None:
    if found is None:
        message.leave_read(flagged=True)
    elif found.ours:
        message.remove()
    elif found.reports or dsn.is_notice(message.octets):
        message.leave_unread()
    else:
        message.leave_read()


_KINDS = {
    Bounce.HARD: Event.Kind.BOUNCED,
    Bounce.SOFT: Event.Kind.DEFERRED,
    Bounce.SENDER_REJECTED: Event.Kind.REFUSED,
}


def _report(each: dsn.ReportedRecipient) -> reports.Report:
    return reports.Report(
        source="mailbox",
        event_id=each.event_id,
        kind=Event.Kind.COMPLAINED if each.complaint else _KINDS[each.bounce],
        quoted=each.quoted,
        recipient=each.recipient,
        why=each.why,
        at=database_time.now(),
    )


def _messages(url: str) -> Generator[Message]:
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return _in_maildir(Path(unquote(parts.path)))
    return _by_imap(url)


class MaildirMessage:
    """A mail in the `new` folder of a Maildir."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.octets = file.read(LONGEST)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def leave_read(self, *, flagged: bool = False) -> None:
        self._move("FS" if flagged else "S")

    def leave_unread(self) -> None:
        """Move it out of `new`, where we look, as not seen by anybody (Maildir: no S)."""
        self._move("")

    def _move(self, flags: str) -> None:
        name = f"{self.path.name.partition(':')[0]}:2,{flags}"
        self.path.rename(self.path.parent.parent / "cur" / name)


def _in_maildir(folder: Path) -> Generator[Message]:
    if not (folder / "new").is_dir():
        return
    with os.scandir(folder / "new") as found:
        files = (entry.name for entry in found if entry.is_file(follow_symlinks=False))
        first = heapq.nsmallest(MOST, files)
    for name in first:
        try:
            message = MaildirMessage(folder / "new" / name)
        except FileNotFoundError:  # somebody's mail program has moved it
            continue
        yield message


class ImapMessage:
    """A mail on an IMAP server."""

    def __init__(self, connection: imaplib.IMAP4, uid: str, removed: list[str]) -> None:
        self.connection, self.uid, self.removed = connection, uid, removed
        _, found = connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
        self.octets = next((part[1] for part in found if isinstance(part, tuple)), b"")

    def remove(self) -> None:
        self.removed.append(self.uid)
        self._flag(r"(\Seen \Deleted)")

    def leave_read(self, *, flagged: bool = False) -> None:
        self._flag(r"(\Seen \Flagged)" if flagged else r"(\Seen)")

    def leave_unread(self) -> None:
        """Set a keyword of ours that no mail program shows, so that it is not looked at again."""
        self._flag(f"({LOOKED_AT})")

    def _flag(self, flags: str) -> None:
        self.connection.uid("STORE", self.uid, "+FLAGS.SILENT", flags)


def _by_imap(url: str) -> Generator[Message]:
    parts = urlsplit(url)
    connect = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    connection = connect(parts.hostname or "", port, timeout=TIMEOUT)
    with closing(_Logout(connection)):
        connection.login(unquote(parts.username or ""), unquote(parts.password or ""))
        chosen, [held] = connection.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
        if chosen != "OK":
            raise imaplib.IMAP4.error("There is no such folder")
        removed: list[str] = []
        try:
            for uid in itertools.islice(_new(connection, int(held or 0)), MOST):
                yield ImapMessage(connection, uid, removed)
        finally:
            _expunge(connection, removed)


def _new(connection: imaplib.IMAP4, held: int) -> Iterator[str]:
    """Yield the UIDs of those that nobody has read and we have not looked at."""
    for first in range(1, held + 1, AT_ONCE):
        some = f"{first}:{min(first + AT_ONCE - 1, held)}"
        _, [uids] = connection.uid("SEARCH", some, "UNSEEN", "UNKEYWORD", LOOKED_AT)
        yield from (uids or b"").decode().split()


def _expunge(connection: imaplib.IMAP4, uids: list[str]) -> None:
    """Remove ours; what somebody else has marked to be deleted stays where a server can do that."""
    if "UIDPLUS" in connection.capabilities:
        for first in range(0, len(uids), 200):
            connection.uid("EXPUNGE", ",".join(uids[first : first + 200]))
    else:
        connection.expunge()


class _Logout:
    """Ends a session that may have ended by itself."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection

    def close(self) -> None:
        try:
            self.connection.logout()
        except (OSError, imaplib.IMAP4.error):
            self.connection.shutdown()

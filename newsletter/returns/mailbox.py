"""The mailbox that reports come to: a Maildir on this machine, or one that is read by IMAP."""

import heapq
import imaplib
import itertools
import logging
import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.db import DataError
from django.utils import timezone

from newsletter.models import Event
from newsletter.returns import dsn, reports

log = logging.getLogger(__name__)
MOST = 2000  # in one run; the next goes on
SECONDS = 120  # for one run, likewise
LONGEST = 256 * 1024  # of a mail is read: what it reports stands before the copy of our letter
TIMEOUT = 30
AT_ONCE = 10_000  # imaplib breaks at an answer of a megabyte


class Letter(Protocol):
    """One mail that nobody has looked at."""

    octets: bytes

    def remove(self) -> None: ...

    def leave_read(self, *, flagged: bool = False) -> None: ...


def take_in(url: str) -> int:
    """Read what is new in the mailbox at `url`; return how many reports there were.

    `maildir:/path`, or `imaps://user:password@host/folder` (`imap://` without encryption, for this
    machine only). A report is removed once it is kept; any other mail stays there, marked as read.
    One that cannot be read is flagged as well and told in the log. Whatever a mail holds, it is
    looked at once, and the next one has its turn. Ends after SECONDS; the next run goes on.
    """
    count = odd = 0
    ends = time.monotonic() + SECONDS
    with closing(_letters(url)) as letters:
        for letter in letters:
            found = _taken(letter.octets)
            if found:
                letter.remove()
            else:
                letter.leave_read(flagged=found is None)
            odd += found is None
            count += found or 0
            if time.monotonic() > ends:
                log.warning("The mailbox for reports holds more than one run can read.")
                break
    if odd:
        log.warning("%s mails in the mailbox for reports cannot be read: flagged there.", odd)
    return count


def _taken(octets: bytes) -> int | None:
    """How many reports of this mail were kept; None for a mail that cannot be read."""
    try:
        found = [_report(each) for each in dsn.read(octets)]
        for report in found:
            reports.take(report)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, DataError) as error:
        log.info("A mail in the mailbox for reports cannot be read: %s", type(error).__name__)
        return None
    return len(found)


def _report(each: dsn.Returned) -> reports.Report:
    kind = Event.Kind.DEFERRED if each.passing else Event.Kind.BOUNCED
    return reports.Report(
        source="mailbox",
        event_id=each.event_id,
        kind=Event.Kind.COMPLAINED if each.complaint else kind,
        quoted=each.quoted,
        recipient=each.recipient,
        why=each.why,
        at=timezone.now(),
    )


def _letters(url: str) -> Generator[Letter]:
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return _in_maildir(Path(unquote(parts.path)))
    return _by_imap(url)


class InMaildir:
    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self.octets = file.read(LONGEST)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def leave_read(self, *, flagged: bool = False) -> None:
        flags = "FS" if flagged else "S"
        read = self.path.parent.parent / "cur" / f"{self.path.name.partition(':')[0]}:2,{flags}"
        self.path.rename(read)


def _in_maildir(folder: Path) -> Generator[Letter]:
    if not (folder / "new").is_dir():
        return
    with os.scandir(folder / "new") as found:
        files = (entry.name for entry in found if entry.is_file(follow_symlinks=False))
        first = heapq.nsmallest(MOST, files)
    for name in first:
        try:
            letter = InMaildir(folder / "new" / name)
        except FileNotFoundError:  # somebody's mail program has moved it
            continue
        yield letter


class ByImap:
    def __init__(self, line: imaplib.IMAP4, uid: str) -> None:
        self.line, self.uid = line, uid
        _, found = line.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
        self.octets = next((part[1] for part in found if isinstance(part, tuple)), b"")

    def remove(self) -> None:
        self.line.uid("STORE", self.uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")

    def leave_read(self, *, flagged: bool = False) -> None:
        flags = r"(\Seen \Flagged)" if flagged else r"(\Seen)"
        self.line.uid("STORE", self.uid, "+FLAGS.SILENT", flags)


def _by_imap(url: str) -> Generator[Letter]:
    parts = urlsplit(url)
    connect = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    line = connect(parts.hostname or "", port, timeout=TIMEOUT)
    with closing(_Logout(line)):
        line.login(unquote(parts.username or ""), unquote(parts.password or ""))
        chosen, [held] = line.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
        if chosen != "OK":
            raise imaplib.IMAP4.error("There is no such folder")
        try:
            for uid in itertools.islice(_unseen(line, int(held or 0)), MOST):
                yield ByImap(line, uid)
        finally:
            line.expunge()


def _unseen(line: imaplib.IMAP4, held: int) -> Iterator[str]:
    for first in range(1, held + 1, AT_ONCE):
        _, [uids] = line.uid("SEARCH", f"{first}:{min(first + AT_ONCE - 1, held)}", "UNSEEN")
        yield from (uids or b"").decode().split()


class _Logout:
    """Ends a session that may have ended by itself."""

    def __init__(self, line: imaplib.IMAP4) -> None:
        self.line = line

    def close(self) -> None:
        try:
            self.line.logout()
        except (OSError, imaplib.IMAP4.error):
            self.line.shutdown()

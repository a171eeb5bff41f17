"""The mailbox that reports come to: a Maildir on this machine, or one that is read by IMAP."""

import imaplib
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.utils import timezone

from newsletter.models import Event
from newsletter.returns import dsn, reports

log = logging.getLogger(__name__)
MOST = 2000  # in one run; the next goes on
LONGEST = 256 * 1024
TIMEOUT = 30


class Letter(Protocol):
    """One mail that nobody has looked at."""

    octets: bytes

    def remove(self) -> None: ...

    def leave_read(self) -> None: ...


def take_in(url: str) -> int:
    """Read what is new in the mailbox at `url`; how many reports there were.

    `maildir:/path`, or `imaps://user:password@host/folder` (`imap://` without encryption, for this
    machine only). A report is removed once it is kept; any other mail stays there, marked as read.
    """
    count = 0
    for letter in _letters(url):
        found = _reports(letter.octets)
        for report in found:
            reports.take(report)
        if found:
            letter.remove()
        else:
            letter.leave_read()
        count += len(found)
    return count


def _reports(octets: bytes) -> list[reports.Report]:
    try:
        returned = dsn.read(octets)
    except Exception:  # whatever a stranger's mail does to the parser, the next one is read
        log.warning("A mail in the mailbox for reports cannot be read.", exc_info=True)
        return []
    return [_report(each) for each in returned]


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


def _letters(url: str) -> Iterator[Letter]:
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

    def leave_read(self) -> None:
        read = self.path.parent.parent / "cur" / f"{self.path.name.partition(':')[0]}:2,S"
        self.path.rename(read)


def _in_maildir(folder: Path) -> Iterator[Letter]:
    new = sorted((folder / "new").iterdir()) if (folder / "new").is_dir() else []
    for path in new[:MOST]:
        yield InMaildir(path)


class ByImap:
    def __init__(self, line: imaplib.IMAP4, uid: str) -> None:
        self.line, self.uid = line, uid
        _, found = line.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
        self.octets = next((part[1] for part in found if isinstance(part, tuple)), b"")

    def remove(self) -> None:
        self.line.uid("STORE", self.uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")

    def leave_read(self) -> None:
        self.line.uid("STORE", self.uid, "+FLAGS.SILENT", r"(\Seen)")


def _by_imap(url: str) -> Iterator[Letter]:
    parts = urlsplit(url)
    connect = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    line = connect(parts.hostname or "", port, timeout=TIMEOUT)
    with closing(_Logout(line)):
        line.login(unquote(parts.username or ""), unquote(parts.password or ""))
        chosen, _ = line.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
        if chosen != "OK":
            raise imaplib.IMAP4.error("There is no such folder")
        _, [uids] = line.uid("SEARCH", "UNSEEN")
        for uid in (uids or b"").decode().split()[:MOST]:
            yield ByImap(line, uid)
        line.expunge()


class _Logout:
    """Ends a session that may have ended by itself."""

    def __init__(self, line: imaplib.IMAP4) -> None:
        self.line = line

    def close(self) -> None:
        try:
            self.line.logout()
        except (OSError, imaplib.IMAP4.error):
            self.line.shutdown()

"""Reading what the mail catcher kept."""

import email
import email.policy
import mailbox
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from devstack import paths as places

SHOWN = 200  # the newest ones


@dataclass(frozen=True)
class Attachment:
    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Kept:
    """One mail. `message` is what came, without our two lines about its envelope."""

    key: str
    at: datetime
    sender: str
    recipients: str
    message: EmailMessage

    @property
    def text(self) -> str:
        return _content(self.message, "plain")

    @property
    def html(self) -> str:
        return _content(self.message, "html")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(
                name=part.get_filename() or f"attachment-{number}",
                kind=part.get_content_type(),
                content=bytes(part.get_payload(decode=True) or b""),
            )
            for number, part in enumerate(self.message.iter_attachments(), 1)
        ]


def newest() -> list[Kept]:
    """Return the mails, newest first."""
    paths = [path for folder in ("new", "cur") for path in (places.MAILDIR / folder).glob("*")]
    paths.sort(key=_arrival, reverse=True)
    return [_read(path) for path in paths[:SHOWN]]


def find(key: str) -> Kept | None:
    """Return the mail of this key, if there is one."""
    for folder in ("new", "cur"):
        path = places.MAILDIR / folder / key
        if Path(key).name == key and path.is_file():
            return _read(path)
    return None


def empty() -> None:
    """Throw all mails away."""
    if (places.MAILDIR / "new").is_dir():  # it is there once a mail has come
        mailbox.Maildir(places.MAILDIR).clear()


def _arrival(path: Path) -> float:
    return path.stat().st_mtime


def _read(path: Path) -> Kept:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    sender, recipients = (str(message[f"X-Envelope-{name}"] or "") for name in ("From", "To"))
    del message["X-Envelope-From"], message["X-Envelope-To"]
    at = datetime.fromtimestamp(_arrival(path), UTC)
    return Kept(path.name, at, sender, recipients, message)


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""

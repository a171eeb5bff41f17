"""An issue as the bytes of an e-mail, built once, with merge tags for what differs.

Everything is quoted-printable and ends its lines with CRLF; a full stop at the start of a line is
written as =2E, so that the text goes to the server as it is.
"""

import re
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from quopri import encodestring
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from core.database import database_time
from core.languages.speaking import speaking
from core.mail.message import one_line
from core.people.email_addresses import validate_address
from core.practice.models import Practice
from newsletter import links
from newsletter.delivery import dkim_signature, message_ids
from newsletter.issues.merge_tags import PATTERN
from newsletter.issues.rendering import RenderedIssue

_LINE = 72


class InvalidAddress(ValueError):
    """No mail can be sent to it as it is written."""


@dataclass(frozen=True)
class Recipient:
    """Who gets it: the address as servers take it, the subscriber's key, and the delivery's pk."""

    email: str
    key: str
    delivery: int = 0


class IssueMessage:
    """One issue as mail: `IssueMessage(rendered, issue=7).octets(recipient)`."""

    def __init__(self, rendered: RenderedIssue, *, issue: int) -> None:
        self.rendered, self.issue = rendered, issue
        self._host = parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1].rpartition("@")[2]
        # Postmark gives mails names of its own; what comes back tells ours from its metadata.
        self._by_postmark = settings.NEWSLETTER_EMAIL["EMAIL_HOST"].endswith("postmarkapp.com")
        self._frames: dict[str, tuple[str, str]] = {}
        boundary = f"=_{salted_hmac('newsletter.mime', str(issue)).hexdigest()[:24]}"
        self._head = self._fixed_headers(boundary)
        self._body = [
            *_raw(f"--{boundary}\r\n{_part('plain')}"),
            *_quoted(rendered.text),
            *_raw(f"\r\n--{boundary}\r\n{_part('html')}"),
            *_quoted(rendered.html),
            *_raw(f"\r\n--{boundary}--\r\n"),
        ]

    def octets(self, to: Recipient) -> bytes:
        """Return the whole mail, signed where a key is configured, as `SMTPClient` takes it."""
        unsubscribe = self._link("unsubscribe", to.key)
        values = {
            "unsubscribe": _wrapped(unsubscribe),
            "preferences": _wrapped(self._link("preferences", to.key)),
        }
        name = message_ids.make(self.issue, to.delivery, self._host)
        again = f"X-PM-Metadata-issue: {name}\r\n" if self._by_postmark else ""
        head = (
            f"To: {to.email}\r\nMessage-ID: {name}\r\n{again}List-Unsubscribe: <{unsubscribe}>\r\n"
        ).encode("ascii")
        body = b"".join([p if isinstance(p, bytes) else values[p] for p in self._body])
        mail = b"%b%b\r\n%b" % (self._head, head, body)
        return dkim_signature.signed(mail)

    def _link(self, purpose: str, key: str) -> str:
        """Return the link as `links` writes it; what is the same for all is looked up once."""
        frame = self._frames.get(purpose)
        if frame is None:
            token = links.token(purpose, key, self.issue)
            whole = {"unsubscribe": links.unsubscribe_url, "preferences": links.preferences_url}
            with speaking(self.rendered.language):
                before, _, after = whole[purpose](key, self.issue).partition(token)
            frame = self._frames[purpose] = (before, after)
        return f"{frame[0]}{links.token(purpose, key, self.issue)}{frame[1]}"

    def _fixed_headers(self, boundary: str) -> bytes:
        host = urlsplit(settings.SITE_URL).hostname
        headers = {
            "From": sender(),
            "Subject": _encoded("Subject", self.rendered.subject),
            "Date": format_datetime(database_time.now()),
            "List-ID": f"<newsletter.{host}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "bulk",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            # For complaint loops: which issue, kind, and last the sender. Nothing of the recipient.
            "Feedback-ID": f"issue{self.issue}:newsletter:{host}",
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative;\r\n boundary="{boundary}"',
        }
        lines = (f"{name}: {value}\r\n" for name, value in headers.items())
        return "".join(lines).encode("ascii")


def smtp_address(email: str) -> str:
    """Return the address as a server takes it, its domain in ASCII. Raises InvalidAddress."""
    local, _at, domain = email.rpartition("@")
    try:
        validate_address(email)
        ascii_domain = domain.encode("idna").decode()
    except (ValidationError, UnicodeError):
        raise InvalidAddress(email) from None
    return f"{local}@{ascii_domain}"


def sender() -> str:
    """Return the From of the newsletter; its name is the neutral one where none is configured."""
    name, address = parseaddr(settings.NEWSLETTER_FROM_EMAIL)
    name = one_line(name or Practice.current().mail_name)
    return formataddr((name, address))


def return_path() -> str:
    """Return the envelope's sender: where bounces go."""
    return settings.NEWSLETTER_RETURN_PATH or parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1]


def _encoded(name: str, text: str) -> str:
    text = one_line(text)
    if text.isascii():
        return Header(text, header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return Header(text, "utf-8", header_name=name, maxlinelen=76).encode(linesep="\r\n")


def _part(kind: str) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )


def _raw(text: str) -> list[bytes | str]:
    return [text.encode("ascii")]


def _quoted(text: str) -> list[bytes | str]:
    """Return bytes, and between them the names of merge tags, which break their line softly."""
    parts: list[bytes | str] = []
    for number, piece in enumerate(PATTERN.split(text)):
        parts.append(piece if number % 2 else _quote(piece))
    return parts


def _quote(text: str) -> bytes:
    # Bytes of whole lines; a soft break before and after each merge tag comes with its value.
    encoded = encodestring(text.replace("\r\n", "\n").encode()).replace(b"\n", b"\r\n")
    return re.sub(rb"(?m)^\.", b"=2E", encoded)


def _wrapped(link: str) -> bytes:
    """Return a link in lines of its own, which quoted-printable joins to what is around it."""
    text = link.replace("=", "=3D")
    chunks = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    lines = ["=2E" + chunk[1:] if chunk.startswith(".") else chunk for chunk in chunks]
    return ("=\r\n" + "=\r\n".join(lines) + "=\r\n").encode("ascii")

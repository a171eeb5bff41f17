"""One SMTP connection, in as few round trips as the server allows.

`smtplib` opens it: greeting, TLS, password. Then, where the server offers PIPELINING (RFC 2920),
the text of one mail and the envelope of the next leave in one write. DATA never does: the caller
writes down first that this mail is in flight.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from typing import cast

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from newsletter.delivery.smtp_replies import Reply

TIMEOUT = 30  # seconds for each reply
LONGEST_REPLY = 64 * 1024
END_OF_TEXT = b".\r\n"


class ServerUnavailable(Exception):
    """The server cannot be reached, does not want us, or has closed the connection."""


class SMTPClient:
    """One connection. Every method raises ServerUnavailable where it is gone.

    For each mail: `offer_recipient`, `read_recipient_reply`, `start_text`, `send_text` (or the next
    `offer_recipient` with this text), `read_text_reply`.
    """

    def __init__(self, sender: str) -> None:
        """Connect. `sender` is the envelope's: where bounces go."""
        self._mail_from = b"MAIL FROM:<%b>\r\n" % sender.encode("ascii")
        self._needs_reset = False
        self._recipient = b""
        self._received = b""  # read, and not yet taken as a reply
        try:
            self._smtp, self._sock = _connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerUnavailable(_reason(error)) from error
        self._pipelining = self._smtp.has_extn("pipelining")

    def offer_recipient(self, recipient: str, *, after: bytes = b"") -> None:
        """Name the next recipient, behind the text of the mail before where there is one.

        A text ends its last line, and no line of it begins with a full stop.
        """
        # A text ends its mail, whatever the server says to it: then nothing is open.
        reset = b"RSET\r\n" if self._needs_reset and not after else b""
        rcpt = b"RCPT TO:<%b>\r\n" % recipient.encode("ascii")
        if self._pipelining:
            self._write(b"".join([after, after and END_OF_TEXT, reset, self._mail_from, rcpt]))
        else:
            if after:
                self._write(after + END_OF_TEXT)
            self._recipient = rcpt

    def send_text(self, text: bytes) -> None:
        """Send the text of a mail with no other behind it."""
        self._write(text + END_OF_TEXT)

    def read_recipient_reply(self) -> tuple[Reply, Reply | None]:
        """Return the replies to the sender and to the recipient; None where the first refuses."""
        if self._needs_reset and not self._pipelining:
            self._write(b"RSET\r\n")
        if self._needs_reset:
            self._read()
        self._needs_reset = True  # until the reply to its text, something of this mail is open
        if self._pipelining:
            sender, recipient = self._read(), self._read()
            return sender, recipient if sender.accepted else None
        sender = self._ask(self._mail_from)
        return sender, self._ask(self._recipient) if sender.accepted else None

    def start_text(self) -> Reply:
        """Ask by DATA whether the text may be sent, and return the reply: 354 is yes."""
        return self._ask(b"DATA\r\n")

    def read_text_reply(self) -> Reply:
        """Return the reply to the text: whether the server has taken the mail."""
        reply = self._read()
        self._needs_reset = False
        return reply

    def cancel_recipient(self) -> None:
        """Forget the recipient that was offered, before the next is."""
        self._needs_reset = True

    def close(self) -> None:
        """Say good-bye, where somebody still listens. It never raises."""
        with suppress(Exception):
            self._sock.settimeout(2)
            self._smtp.quit()
        with suppress(Exception):
            self._smtp.close()

    def _ask(self, command: bytes) -> Reply:
        self._write(command)
        return self._read()

    def _write(self, octets: bytes) -> None:
        try:
            self._sock.sendall(octets)
        except OSError as error:
            raise ServerUnavailable(_reason(error)) from error

    def _read(self) -> Reply:
        """Return the next reply. Several often come in one piece, so pieces are read, not lines."""
        words: list[bytes] = []
        while True:
            end = self._received.find(b"\n")
            if end < 0:
                self._received += self._more()
                continue
            line, self._received = self._received[:end], self._received[end + 1 :]
            words.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        if not line[:3].isdigit():
            raise ServerUnavailable("the server does not speak SMTP")
        return Reply(int(line[:3]), b"\n".join(words).decode("utf-8", "replace"))

    def _more(self) -> bytes:
        try:
            piece = self._sock.recv(8192)
        except OSError as error:
            raise ServerUnavailable(_reason(error)) from error
        if not piece or len(self._received) > LONGEST_REPLY:
            raise ServerUnavailable("the server closed the connection")
        return piece


def _connect() -> tuple[smtplib.SMTP, socket.socket]:
    server = settings.NEWSLETTER_EMAIL
    kind = smtplib.SMTP_SSL if server.get("EMAIL_USE_SSL") else smtplib.SMTP
    smtp = kind(
        server["EMAIL_HOST"],
        server["EMAIL_PORT"],
        timeout=TIMEOUT,
        local_hostname=DNS_NAME.get_fqdn(),
    )
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.get("EMAIL_USE_TLS"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.get("EMAIL_HOST_USER"):
            smtp.login(server["EMAIL_HOST_USER"], server["EMAIL_HOST_PASSWORD"])
    except BaseException:
        smtp.close()
        raise
    sock = cast(socket.socket, smtp.sock)
    # Many small writes that each wait for a reply: never for more to come.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp, sock


def _reason(error: Exception) -> str:
    """Return one line for staff. No address stands in what goes wrong with a connection."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return Reply(error.smtp_code, words).reason
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or "connection closed"

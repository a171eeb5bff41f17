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

from newsletter.delivery.smtp_replies import Answer

TIMEOUT = 30  # seconds for each answer
LONGEST_ANSWER = 64 * 1024
END = b".\r\n"


class Away(Exception):
    """The server cannot be reached, does not want us, or has closed the line."""


class Line:
    """Between two mails at any time. Every method raises Away where the line is gone."""

    def __init__(self, sender: str) -> None:
        """Connect. `sender` is the envelope's."""
        self._mail_from = b"MAIL FROM:<%b>\r\n" % sender.encode("ascii")
        self._reset = False
        self._offered = b""
        self._came = b""  # read, and not yet taken as an answer
        try:
            self._smtp, self._sock = _connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Away(_said(error)) from error
        self._pipelining = self._smtp.has_extn("pipelining")

    def offer(self, recipient: str, *, after: bytes = b"") -> None:
        """Name the next recipient, behind the text of the mail before where there is one.

        A text ends its last line, and no line of it begins with a full stop.
        """
        # A text ends its mail, whatever the server says to it: then nothing is open.
        reset = b"RSET\r\n" if self._reset and not after else b""
        rcpt = b"RCPT TO:<%b>\r\n" % recipient.encode("ascii")
        if self._pipelining:
            self._write(b"".join([after, after and END, reset, self._mail_from, rcpt]))
        else:
            if after:
                self._write(after + END)
            self._offered = rcpt

    def finish(self, text: bytes) -> None:
        """Send the text of the last mail for now."""
        self._write(text + END)

    def taken(self) -> tuple[Answer, Answer | None]:
        """What the server says to the sender, and to the recipient that was offered."""
        if self._reset and not self._pipelining:
            self._write(b"RSET\r\n")
        if self._reset:
            self._read()
        self._reset = True  # until this mail's text is answered, something of it is open
        if self._pipelining:
            sender, recipient = self._read(), self._read()
            return sender, recipient if sender.accepted else None
        sender = self._ask(self._mail_from)
        return sender, self._ask(self._offered) if sender.accepted else None

    def data(self) -> Answer:
        """Ask for leave to send the text: 354 gives it."""
        return self._ask(b"DATA\r\n")

    def verdict(self) -> Answer:
        """The answer to the text."""
        answer = self._read()
        self._reset = False
        return answer

    def drop(self) -> None:
        """Forget the mail that was offered, before the next is."""
        self._reset = True

    def close(self) -> None:
        with suppress(Exception):
            self._sock.settimeout(2)
            self._smtp.quit()
        with suppress(Exception):
            self._smtp.close()

    def _ask(self, command: bytes) -> Answer:
        self._write(command)
        return self._read()

    def _write(self, octets: bytes) -> None:
        try:
            self._sock.sendall(octets)
        except OSError as error:
            raise Away(_said(error)) from error

    def _read(self) -> Answer:
        """The next answer. Several often come in one piece, so this reads pieces, not lines."""
        words: list[bytes] = []
        while True:
            end = self._came.find(b"\n")
            if end < 0:
                self._came += self._more()
                continue
            line, self._came = self._came[:end], self._came[end + 1 :]
            words.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        if not line[:3].isdigit():
            raise Away("the server does not speak SMTP")
        return Answer(int(line[:3]), b"\n".join(words).decode("utf-8", "replace"))

    def _more(self) -> bytes:
        try:
            piece = self._sock.recv(8192)
        except OSError as error:
            raise Away(_said(error)) from error
        if not piece or len(self._came) > LONGEST_ANSWER:
            raise Away("the server closed the connection")
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
    line = cast(socket.socket, smtp.sock)
    # Many small writes that each wait for an answer: never for more to come.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp, line


def _said(error: Exception) -> str:
    """One line for staff. No address stands in what goes wrong with a connection."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return Answer(error.smtp_code, words).reason
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or "connection closed"

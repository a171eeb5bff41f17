"""An SMTP server for tests that can also be slow, refuse, or break off."""

import asyncio
import email
import email.policy
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from itertools import chain, cycle
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.processes import free_port

DROP = "drop the line"


class SmtpServer:
    """Accepts mail on loopback, in a thread, and keeps it.

    server.url                         what to write into EMAIL_URL
    server.mails                       what has been accepted, as EmailMessage, in order
    server.wait_for(2)                 the mails, once there are two
    server.answer("450 Busy", times=1) the next DATA gets this instead; `times=None`: every one
    server.refuse(["554 No"], every=2)  every other DATA gets these in turn, until `server.accept()`
    server.answer(DROP)                keeps the mail, then drops the line without an answer
    server.delay = 3                   seconds before DATA is answered
    server.recipients["x@example.org"] = "550 No such user"
    server.close(), server.open()      refuse connections, and take them again on the same port
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.recipients: dict[str, str] = {}
        self.delay = 0.0
        self.attempts = 0  # every DATA, accepted or not
        self._answers: list[str] = []
        self._always: str | None = None
        self._refusals: Iterator[str | None] | None = None
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def answer(self, text: str, *, times: int | None = 1) -> None:
        if times is None:
            self._always = text
        else:
            self._answers += [text] * times

    def refuse(self, texts: Sequence[str], *, every: int = 1) -> None:
        """Answer every DATA, or every second one and so on, with the next of these."""
        self._refusals = chain.from_iterable([text, *[None] * (every - 1)] for text in cycle(texts))

    def accept(self) -> None:
        """Take everything again."""
        self._always = self._refusals = None

    def wait_for(self, count: int, *, seconds: float = 15) -> list[EmailMessage]:
        """Return the mails as soon as there are `count` of them. Fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while len(self.mails) < count:
            assert time.monotonic() < deadline, f"{len(self.mails)} of {count} mails came"
            time.sleep(0.02)
        return self.mails

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.attempts += 1
        answer = self._answers.pop(0) if self._answers else self._always
        if self._refusals:
            answer = next(self._refusals)
        if self.delay:
            await asyncio.sleep(self.delay)
        if answer not in (None, DROP):
            return str(answer)
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.envelopes.append(envelope)
        self.mails.append(mail)
        if answer == DROP and server.transport:
            server.transport.abort()
        return "250 OK"

"""The mail catcher's process: a real SMTP server on loopback that stores mail and sends none on."""

import asyncio
import signal
import sys
from mailbox import Maildir
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25_000_000  # bytes, as large mail services have it


class Keep:
    """Keeps each mail as it came, below the envelope it came in."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.maildir = Maildir(folder)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        body = content if isinstance(content, bytes) else (content or "").encode()
        recipients = ", ".join(envelope.rcpt_tos)
        stamp = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n"
        for part in ("tmp", "new", "cur"):  # Maildir makes them only together with the folder
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.maildir.add(stamp.encode() + body)
        return "250 Kept"


async def serve(port: int, folder: str) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    keep = Keep(folder)
    server = await loop.create_server(
        lambda: SMTP(keep, hostname="localhost", data_size_limit=LARGEST, enable_SMTPUTF8=True),
        "127.0.0.1",
        port,
    )
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))

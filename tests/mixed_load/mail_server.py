"""The mail server of the drill: a process of its own, which writes each mail down before its 250.

Run as `python mail_server.py PORT JOURNAL REFUSING`. Each accepted mail is a line of JSON in
JOURNAL. While the file REFUSING exists, every second mail is answered 554. Standard library only,
so that it starts at once; it is stopped and killed by whoever runs the drill.
"""

import asyncio
import email
import email.policy
import json
import os
import re
import sys
import time
from itertools import count

LINK = re.compile(r"https://\S+")
HEADER = rb"(?im)^%s:\s*(\S+)"
BLOCKED = b"554 5.7.1 Your account is blocked\r\n"
mails = count(1)


def noted(recipient: str, octets: bytes) -> dict[str, object]:
    """Return what the drill wants to know of a mail; of letters, which are many, little."""
    head = octets.partition(b"\r\n\r\n")[0]
    found = re.search(HEADER % b"Message-ID", head)
    line: dict[str, object] = {
        "at": time.monotonic(),
        "to": recipient,
        "id": found[1].decode() if found else "",
        "letter": b"list-unsubscribe:" in head.lower(),
    }
    if not line["letter"]:
        message = email.message_from_bytes(octets, policy=email.policy.default)
        body = message.get_body(("plain",))
        links = LINK.findall(body.get_content() if body else "")
        line |= {"subject": str(message["Subject"]), "link": links[0] if links else ""}
    return line


class MailServer:
    """Answers as a server with PIPELINING does."""

    def __init__(self, journal: str, refusing: str) -> None:
        self.file = os.open(journal, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.refusing = refusing

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        try:
            writer.write(b"220 drill\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                writer.write(await self.answer(verb, reader, writer, recipient))
                await writer.drain()
                if verb == b"QUIT":
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(
        self,
        verb: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        recipient: str,
    ) -> bytes:
        if verb == b"EHLO":
            return b"250-drill\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
        if verb == b"QUIT":
            return b"221 Bye\r\n"
        if verb != b"DATA":
            return b"250 OK\r\n"
        writer.write(b"354 Go on\r\n")
        octets = await reader.readuntil(b"\r\n.\r\n")
        if next(mails) % 2 and os.path.exists(self.refusing):  # noqa: PTH110
            return BLOCKED
        os.write(self.file, json.dumps(noted(recipient, octets)).encode() + b"\n")
        return b"250 OK\r\n"


async def main(port: str, journal: str, refusing: str) -> None:
    server = MailServer(journal, refusing)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", int(port), limit=2**24)
    async with listener:
        await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

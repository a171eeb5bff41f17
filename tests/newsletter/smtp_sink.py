"""A mail server of its own process, to be killed: it writes each mail down before it says 250.

Run as `python smtp_sink.py PORT FILE`. It offers PIPELINING; each accepted mail is a line in
FILE with its recipient. Standard library only, so that it starts at once.
"""

import asyncio
import os
import sys


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, file: int) -> None:
    recipient = ""
    try:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-sink\r\n250 PIPELINING\r\n")
            elif verb == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                writer.write(b"250 OK\r\n")
            elif verb == b"DATA":
                writer.write(b"354 Go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                os.write(file, f"{recipient}\n".encode())
                writer.write(b"250 OK\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 Bye\r\n")
                break
            else:
                writer.write(b"250 OK\r\n")
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main() -> None:
    port, path = int(sys.argv[1]), sys.argv[2]
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    server = await asyncio.start_server(
        lambda r, w: serve(r, w, file), "127.0.0.1", port, limit=2**20
    )
    async with server:
        await server.serve_forever()


asyncio.run(main())

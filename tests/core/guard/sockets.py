"""Requests by hand: begun and not finished, over connections that stay open."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

POST = "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n{fields}\r\n"
FORM = "application/x-www-form-urlencoded"


def connect(site: str) -> socket.socket:
    parts = urlsplit(site)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def get(site: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {urlsplit(site).netloc}\r\n\r\n".encode()


def head(site: str, path: str = "/newsletter/subscribe/", kind: str = FORM, **fields: object):
    """The head of a POST; `fields` are written as `content_length=10`."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    host = urlsplit(site).netloc
    return POST.format(path=path, host=host, kind=kind, fields=lines).encode()


def status(line: socket.socket) -> int:
    """The status of the answer; 0 where the other side closes without one."""
    found = answer(line)
    return int(found.split(b" ", 2)[1]) if found else 0


def answer(line: socket.socket) -> bytes:
    """All that comes until the other side closes, or the head says that it is all."""
    data = b""
    try:
        while part := line.recv(65536):
            data += part
            before, end, body = data.partition(b"\r\n\r\n")
            lengths = [row for row in before.lower().split(b"\r\n") if b"content-length" in row]
            if end and lengths and len(body) >= int(lengths[0].split(b":")[1]):
                break
    except ConnectionError:
        pass
    return data


@contextmanager
def trickling(site: str, count: int, first: bytes, then: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that send `first` and then a byte of `then` each second, for a while."""
    lines = [connect(site) for _ in range(count)]
    over = threading.Event()

    def trickle() -> None:
        for line in lines:
            line.sendall(first)
        for byte in then:
            if over.wait(1):
                return
            for line in lines:
                try:
                    line.sendall(bytes([byte]))
                except OSError:
                    continue

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield lines
    finally:
        over.set()
        thread.join()
        for line in lines:
            line.close()

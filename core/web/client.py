"""The one client for other web sites: for addresses that a person or a mail named.

A name is looked up once, and the connection goes to exactly the address that was looked at: a name
that answers differently the next time leads nowhere. No redirect is followed, no proxy of the
environment is asked, no cookie or password is sent, and the body of an answer is never read.

What the owner has configured (mail servers, the mailbox, DNS, a provider's API through anymail) is
asked by its own libraries: nobody else can name it. An API that has none here is asked by
`call_api`, which does read the answer, up to 64 kB of it.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from core.web.public_addresses import is_public

LONGEST_URL = 2000
LONGEST_ANSWER = 64 * 1024
MOST_ADDRESSES = 4
# What an address may hold as it stands; a % is one that somebody has written already.
_AS_IT_STANDS = "/%:=&?~+!$,;'@()*[]"
_PORTS = {"http": 80, "https": 443}
Address = tuple[socket.AddressFamily, tuple]


class NotFetched(OSError):
    """There is no answer. The words are the name of what happened, without the address."""


class NoAddress(NotFetched):
    """This is no address that we ask: nothing was looked up."""


class NotPublic(NotFetched):
    """The name is unknown, or leads into a network that is not public. Nothing was asked."""


@dataclass(frozen=True)
class Answer:
    """The head of an answer."""

    status: int
    location: str  # where it sends us on to
    body: bytes = b""  # of an API that the owner has configured; else nothing


def fetch(url: str, *, agent: str, seconds: float = 8, private: bool = False) -> Answer:
    """Ask `url` once, within `seconds` in all, and return the head of the answer.

    Raises NotFetched. `private` allows addresses of our own networks: only for tests.
    """
    return _exchange(url, _Question("GET", {"User-Agent": agent}), seconds, private)


def post(url: str, body: bytes, *, headers: Mapping[str, str], seconds: float) -> Answer:
    """Send `body` to `url` once, within `seconds` in all, and return the head of the answer.

    Raises NotFetched: then nobody knows whether it arrived.
    """
    return _exchange(url, _Question("POST", headers, body), seconds, private=False)


def call_api(url: str, body: bytes, *, headers: Mapping[str, str], seconds: float) -> Answer:
    """Send `body` to an API that the owner has configured, and return its answer with its body.

    It may stand in a network of our own. Raises NotFetched: then nobody knows whether it arrived,
    unless its cause is a ConnectionRefusedError.
    """
    question = _Question("POST", headers, body, reads_answer=True)
    return _exchange(url, question, seconds, private=True)


@dataclass(frozen=True)
class _Question:
    method: str
    headers: Mapping[str, str]
    body: bytes | None = None
    reads_answer: bool = False


def _exchange(url: str, question: _Question, seconds: float, private: bool) -> Answer:
    until = time.monotonic() + seconds
    parts, host, port = _parse_url(url)
    try:
        addresses = _addresses(host, port, seconds)
        if not addresses or not (private or all(is_public(where[0]) for _, where in addresses)):
            raise NotPublic("not public")
        return _ask(parts, host, port, _connect(addresses, until), question)
    except NotFetched:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotFetched(type(error).__name__) from error


def _parse_url(url: str) -> tuple[SplitResult, str, int]:
    """The parts of an address, its host in ASCII, its port. Raises NoAddress."""
    if len(url) > LONGEST_URL or any(ord(letter) <= 32 or letter in "\\\x7f" for letter in url):
        raise NoAddress("no address")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode().rstrip(".")
        port = parts.port or _PORTS.get(parts.scheme, 0)
        if host.rpartition(".")[2][:1].isdecimal():
            ip_address(host)  # 127.1, 0x7f.1 and 2130706433 are spellings to hide behind
    except ValueError:
        raise NoAddress("no address") from None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or "%" in parts.netloc:
        raise NoAddress("no address")
    return parts, host, port


def _addresses(host: str, port: int, seconds: float) -> list[Address]:
    """All that the name leads to, looked up once. The system's resolver itself knows no limit."""
    pool = ThreadPoolExecutor(1)
    try:
        found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(seconds)
    except (OSError, UnicodeError) as error:
        if isinstance(error, TimeoutError):
            raise
        raise NotPublic("unknown") from error
    finally:
        pool.shutdown(wait=False)
    return [(family, where) for family, _type, _proto, _name, where in found]


def _connect(addresses: list[Address], until: float) -> "_BoundedSocket":
    """A connection to the first of the addresses that takes one; each has its share of the time."""
    reason: OSError = TimeoutError()
    for count, (family, where) in enumerate(addresses[:MOST_ADDRESSES]):
        sock = _BoundedSocket(socket.socket(family, socket.SOCK_STREAM), until)
        try:
            sock.set_timeout(len(addresses[:MOST_ADDRESSES]) - count)
            sock.opened.connect(where)
        except OSError as error:
            sock.close()
            reason = error
        else:
            return sock
    raise reason


def _ask(
    parts: SplitResult, host: str, port: int, sock: "_BoundedSocket", question: _Question
) -> Answer:
    try:
        if parts.scheme == "https":
            sock.encrypt(host)
        connection = http.client.HTTPConnection(host, port)
        connection.default_port = _PORTS[
            parts.scheme
        ]  # so that the Host says it only where it must
        connection.auto_open = 0
        connection.sock = sock  # all that http.client asks of a socket
        path = quote(parts.path or "/", _AS_IT_STANDS)
        query = f"?{quote(parts.query, _AS_IT_STANDS)}" if parts.query else ""
        headers = {**question.headers, "Connection": "close"}
        connection.request(question.method, path + query, question.body, headers)
        answer = connection.getresponse()
        said = answer.read() if question.reads_answer else b""
        return Answer(answer.status, answer.headers.get("Location", ""), said)
    finally:
        sock.close()


class _BoundedSocket(io.RawIOBase):
    """A socket on which every step has only the time that is left, and an answer only its bytes."""

    def __init__(self, opened: socket.socket, until: float) -> None:
        self.opened, self.until, self.left = opened, until, LONGEST_ANSWER

    def set_timeout(self, shares: int = 1) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.opened.settimeout(left / shares)

    def encrypt(self, host: str) -> None:
        self.set_timeout()
        secure = ssl.create_default_context()
        self.opened = secure.wrap_socket(self.opened, server_hostname=host)

    def sendall(self, octets: bytes) -> None:
        self.set_timeout()
        self.opened.sendall(octets)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self.set_timeout()
        if self.left <= 0:
            raise ValueError("The answer is too long")
        count = self.opened.recv_into(memoryview(into)[: self.left])
        self.left -= count
        return count

    def close(self) -> None:
        self.opened.close()
        super().close()

"""A load generator that costs little beside the server it shares the machine with.

Requests are bytes made beforehand, sent over connections that stay open; of an answer only the
status, the length and how long it took are looked at.
"""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Result:
    """What came back: statuses, seconds each answer took, seconds in all."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.statuses) / self.elapsed

    @property
    def slowest(self) -> float:
        return max(self.seconds)

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def request(
    method: str,
    path: str,
    *,
    port: int,
    body: str = "",
    cookies: str = "",
    host: str = "",
    **headers: str,
) -> bytes:
    """`headers` are written as `accept_encoding="br"`."""
    head = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host or f'127.0.0.1:{port}'}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body.encode())}",
    ]
    if cookies:
        head.append(f"Cookie: {cookies}")
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(head) + "\r\n\r\n").encode() + body.encode()


def send(requests: Sequence[bytes], *, port: int, connections: int) -> Result:
    """Send them all over so many connections at once, each taking the next when it is free."""
    waiting = iter(requests)
    lock = threading.Lock()
    result = Result()
    ready = threading.Barrier(connections + 1)

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.wait()
            while True:
                with lock:
                    payload = next(waiting, None)
                if payload is None:
                    return
                began = time.perf_counter()
                line.sendall(payload)
                status = read_status(line)
                result.seconds.append(time.perf_counter() - began)
                result.statuses.append(status)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    result.elapsed = time.perf_counter() - began
    return result


def read_status(line: socket.socket) -> int:
    """Read one answer to its end and return its status. Raises OSError where none comes."""
    data = _receive(line)
    while b"\r\n\r\n" not in data:
        data += _receive(line)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = 0
    if head[9:12] == b"304":  # it names the length of what it does not send
        return 304
    for name, _, value in (row.partition(b":") for row in head.lower().split(b"\r\n")[1:]):
        if name == b"content-length":
            length = int(value)
    while len(rest) < length:
        rest += _receive(line)
    return int(head[9:12])


def _receive(line: socket.socket) -> bytes:
    octets = line.recv(65536)
    if not octets:
        raise ConnectionResetError
    return octets

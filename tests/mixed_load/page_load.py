"""Readers of public pages, so many a second: a process of its own, so that it times only itself.

Run as `python -m tests.mixed_load.page_load PORT RATE FILE PATH…` until SIGTERM. Each request has
its moment; its time is counted from that, not from when a connection was free. FILE gets a line for
each: when, the status (0: no answer), milliseconds.
"""

import signal
import socket
import sys
import threading
import time
from pathlib import Path

from bench import load

HOST = "clinic.test"  # as in machine.py, which needs more to be imported
CONNECTIONS = 16
PATIENCE = 10  # seconds
MOST_LATE = 1  # second: whoever is later than that gives up what should have been asked meanwhile


class Reader(threading.Thread):
    """One connection of the readers, which asks at its own moments."""

    def __init__(self, port: int, requests: list[bytes], first: float, apart: float) -> None:
        super().__init__(daemon=True)
        self.port, self.requests, self.moment, self.apart = port, requests, first, apart
        self.lines: list[str] = []
        self.line: socket.socket | None = None

    def run(self) -> None:
        number = 0
        while True:
            wait = self.moment - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            elif wait < -MOST_LATE:
                missed = int(-wait / self.apart)
                self.moment += missed * self.apart
            status = self._ask(self.requests[number % len(self.requests)])
            took = time.monotonic() - self.moment
            self.lines.append(f"{self.moment:.3f} {status} {took * 1000:.1f}\n")
            self.moment += self.apart
            number += 1

    def _ask(self, request: bytes) -> int:
        try:
            if self.line is None:
                self.line = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
                self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.line.sendall(request)
            return load.read_status(self.line)
        except OSError:
            if self.line is not None:
                self.line.close()
            self.line = None
            time.sleep(0.05)
            return 0


def main(port: int, rate: float, file: Path, paths: list[str]) -> None:
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    headers = {"x_forwarded_proto": "https", "x_forwarded_for": "198.51.100.7"}
    requests = [
        load.request("GET", path, port=port, host=HOST, **headers, accept_encoding="br")
        for path in paths
    ]
    begin, apart = time.monotonic() + 0.5, CONNECTIONS / rate
    readers = [
        Reader(
            port,
            requests[n % len(requests) :] + requests[: n % len(requests)],
            begin + n / rate,
            apart,
        )
        for n in range(CONNECTIONS)
    ]
    for reader in readers:
        reader.start()
    with file.open("w") as journal:
        while not over.wait(1):
            for reader in readers:
                lines, reader.lines = reader.lines, []
                journal.writelines(lines)
            journal.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])

"""A service that hangs: it takes connections, never says a word, and knows how many came.

Each costs whoever came its time-out, so how many came says what it costs, on any machine.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import pytest


class SilentServer:
    """Stands in for Redis at `url` while it is entered."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self._listener.setblocking(False)
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self._lines: list[socket.socket] = []
        return self

    def __exit__(self, *_: object) -> None:
        for line in (self._listener, *self._lines):
            line.close()

    def came(self) -> int:
        """Return how many have come since this was asked last."""
        before = len(self._lines)
        while True:
            try:
                self._lines.append(self._listener.accept()[0])
            except BlockingIOError:
                return len(self._lines) - before


@contextmanager
def nobody_has_rested() -> Iterator[None]:
    """Meanwhile no pause after a failure comes to its end, however slow the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.circuit_breaker.monotonic", lambda: 1.0)
        yield

"""A real relay on loopback, that a test can kill and start again."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack import coturn

SECRET = "a-secret-of-the-relay-and-us"


@contextmanager
def relay(folder: Path, port: int, *, relay_ip: str = "127.0.0.1") -> Iterator[None]:
    """Run coturn at that port; it is killed with the block. It passes on from `relay_ip`."""
    server = coturn.launch(folder, port, SECRET, relay_ip=relay_ip)
    deadline = time.monotonic() + 20
    try:
        while True:
            assert time.monotonic() < deadline, (folder / "output").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.kill()
        server.wait()

"""Locks that the kernel frees when their holder ends, however it ends."""

import fcntl
import os
from pathlib import Path


class Lock:
    """An open lock file. Closed with `with`, by `close()`, or by the end of every holder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def share(self) -> "Lock":
        """Wait for a shared lock."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)
        return self

    def claim(self) -> "Lock":
        """Wait for the exclusive lock."""
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        return self

    def try_claim(self) -> bool:
        """Take the exclusive lock if it is free now."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def write(self, text: str) -> None:
        """Replace what the file says about its holder."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def read(self) -> str:
        return os.pread(self.descriptor, 10_000, 0).decode()

    def close(self) -> None:
        """Let go. A copy inherited by a child process keeps the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

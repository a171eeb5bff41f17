"""Stop a service when its last user is gone without having stopped it, by `kill -9` for example.

Usage: reaper.py USERS ALIVE SIGNAL SECONDS [FOLDER]. The two locks are those of service.py, which
starts one of these beside each server: it has `users` for itself only when nobody is left. It is
killed after so many seconds, and the folder of its socket removed.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time

EVERY = 1  # second: the last user, who stops the service itself, is asked for no lock meanwhile


def main(users: str, alive: str, number: str, seconds: str, folder: str = "") -> None:
    """Wait until nobody uses the service, then return when no process of it is left."""
    mine = os.open(users, os.O_RDWR)
    while not _claims(mine):
        time.sleep(EVERY)
    server = os.open(alive, os.O_RDWR)
    deadline = time.monotonic() + float(seconds)
    _send(server, int(number))
    while not _claims(server):
        time.sleep(EVERY / 10)
        if time.monotonic() > deadline:
            _send(server, signal.SIGKILL)
    if folder:
        with contextlib.suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106  (pathlib takes as long to import as the rest)


def _send(alive: int, number: int) -> None:
    """Tell the server that the lock names; it may be gone, and only its children be left."""
    with contextlib.suppress(ProcessLookupError, ValueError):
        os.kill(int(os.pread(alive, 100, 0)), number)


def _claims(descriptor: int) -> bool:
    """Whether the lock is free; then it is ours until we end, and newcomers wait for that."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    with contextlib.suppress(FileNotFoundError):  # the whole checkout has been removed
        main(*sys.argv[1:])

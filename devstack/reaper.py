"""Stop a service when its last user is gone without having stopped it, by `kill -9` for example.

Usage: reaper.py LEAVING USERS ALIVE SIGNAL SECONDS [FOLDER]. The locks are those of service.py,
which starts one of these beside each server. A server that does not stop is killed after so many
seconds; the folder of its socket is removed.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time

EVERY = 1  # second


def main(leaving: str, users: str, alive: str, number: str, seconds: str, folder: str = "") -> None:
    """Wait until nobody uses the service, then return when no process of it is left."""
    door, all_users = os.open(leaving, os.O_RDWR | os.O_CREAT, 0o600), os.open(users, os.O_RDWR)
    fcntl.flock(door, fcntl.LOCK_EX)  # who leaves as the last, and stops it itself, has this first
    while not _claims(all_users):
        fcntl.flock(door, fcntl.LOCK_UN)
        time.sleep(EVERY)
        fcntl.flock(door, fcntl.LOCK_EX)
    server = os.open(alive, os.O_RDWR)
    deadline, told = time.monotonic() + float(seconds), False
    while (process := int(os.pread(server, 100, 0) or 0)) and not _is_free(server):
        late = time.monotonic() > deadline
        if late or not told:
            _send(process, signal.SIGKILL if late else int(number))
        told = True
        time.sleep(EVERY / 20)
    if told:
        os.ftruncate(server, 0)
    if folder:
        with contextlib.suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106  (pathlib takes as long to import as the rest)


def _send(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # only its children are left, and are leaving
        os.kill(process, number)


def _claims(descriptor: int) -> bool:
    """Whether the lock is free; then it is ours until we end, and newcomers wait for that."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_free(descriptor: int) -> bool:
    """Whether nobody has the lock. It is kept no longer than this takes: others look as well."""
    free = _claims(descriptor)
    if free:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    return free


if __name__ == "__main__" and not os.fork():  # nobody's child: the starter waits for none
    with contextlib.suppress(FileNotFoundError):  # the whole checkout has been removed
        main(*sys.argv[1:])

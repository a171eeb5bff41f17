"""How every embedded server is started once, shared by its users, and stopped by the last of them.

Three lock files a server. `users` is shared by all who use it; whoever can have it alone was the
last, and keeps newcomers waiting while stopping it. `leaving` has them leave one after the other.
`alive` is inherited by the server and its children: it is free exactly when not one of them is
left, and whoever gets it may start the next.
The kernel frees all when their holders end, `kill -9` included; no file has to be cleaned up.
Beside each server a process waits for the `users` that could not stop it any more: see reaper.py.
"""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devstack import paths
from devstack.clock_variables import VARIABLES as CLOCK
from devstack.errors import Trouble
from devstack.locks import Lock

PATIENCE = 30  # seconds for a start or a stop
REAPER = Path(__file__).with_name("reaper.py")
_launched: list[subprocess.Popen[bytes]] = []  # kept, so that each is reaped and none complains


@dataclass(frozen=True)
class Service:
    """`launch` starts it with a descriptor to inherit; `answers` asks whether it is ready."""

    name: str
    title: str
    launch: Callable[[int], subprocess.Popen[bytes]]
    answers: Callable[[], bool]
    stop_signal: signal.Signals
    runtime: Path | None = None  # the folder of its socket, removed when it has stopped

    @property
    def heading(self) -> str:
        """Its title as a sentence begins."""
        return self.title[0].upper() + self.title[1:]

    def lock_path(self, kind: str) -> Path:
        return paths.LOCKS / f"{self.name}.{kind}"

    def lock(self, kind: str) -> Lock:
        return Lock(self.lock_path(kind))

    def running(self) -> bool:
        """Whether a process of this server is left."""
        with self.lock("alive") as alive:
            return not alive.try_claim()


class Hold:
    """One user's share of a running server. The last user to release it stops the server."""

    def __init__(self, service: Service) -> None:
        """Start the server unless it runs. Raises Trouble if it cannot be started."""
        self.service = service
        self.users = service.lock("users").share()  # waits while the last user stops it
        try:
            bring_up(service)
        except BaseException:
            self.release()
            raise

    def heal(self) -> None:
        """Start the server again if it has died meanwhile."""
        bring_up(self.service)

    def release(self) -> None:
        with self.service.lock("leaving").claim():
            self.users.close()
            with self.service.lock("users") as users:
                if users.try_claim():
                    bring_down(self.service)


def bring_up(service: Service) -> None:
    """Return when the server answers. The caller has its share of `users`."""
    process = None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with service.lock("alive") as alive:
            if not alive.try_claim():
                if service.answers():
                    return
            elif process is None:
                process = _launch(service, alive)
            else:
                process.wait()
                raise Trouble(_why(service))
        time.sleep(0.02)
    with service.lock("alive") as alive:
        raise Trouble(
            f"{service.heading} runs as process {alive.read()} but does not answer. "
            f"End it with `kill -9 {alive.read()}` and start again."
        )


def _launch(service: Service, alive: Lock) -> subprocess.Popen[bytes]:
    """Start the server and note its number; without that nobody could stop it."""
    try:
        process = service.launch(alive.descriptor)
        _launched.append(process)
        try:
            alive.write(str(process.pid))
        except OSError:
            process.kill()
            process.wait()
            raise
        _start_reaper(service)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Trouble("The disk is full. Make room and start again.") from error
        raise
    return process


def _start_reaper(service: Service) -> None:
    """Start the process that stops the server when all its users have been killed."""
    locks = [str(service.lock_path(kind)) for kind in ("leaving", "users", "alive")]
    how = [str(int(service.stop_signal)), str(PATIENCE), str(service.runtime or "")]
    subprocess.run(
        [sys.executable, "-I", "-S", REAPER, *locks, *how], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        # By the true clock: libfaketime breaks `sleep` where nothing mends it.
        env={name: text for name, text in os.environ.items() if name not in CLOCK},
        start_new_session=True, cwd="/",
    )  # fmt: skip


def bring_down(service: Service) -> None:
    """Return when no process of the server is left. The caller has `users` for itself."""
    started = time.monotonic()
    told = False
    while service.running():
        _reap()
        with service.lock("alive") as alive:
            pid = int(alive.read() or 0)
        late = time.monotonic() - started > PATIENCE
        if pid and (late or not told):
            _send(pid, signal.SIGKILL if late else service.stop_signal)
            told = True
        if late and time.monotonic() - started > 2 * PATIENCE:
            raise Trouble(f"{service.heading} (process {pid}) does not stop. End it by hand.")
        time.sleep(0.02)
    _reap()
    with service.lock("alive") as alive:
        alive.write("")  # the number may soon be another's, and the reaper has nothing to do
    if service.runtime:
        with contextlib.suppress(OSError):
            service.runtime.rmdir()


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # only its children are left, and are leaving
        os.kill(pid, number)


def _reap() -> None:
    for process in _launched:
        process.poll()


def _why(service: Service) -> str:
    lines = paths.last_lines(service.name)
    if "No space left on device" in lines:
        return f"The disk is full, {service.title} cannot start. Make room and start again."
    return f"{service.heading} did not start. The end of {paths.log_path(service.name)}:\n{lines}"

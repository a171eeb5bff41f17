"""The processes of the site: started in groups of their own, started again when they die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from devstack import paths
from devstack.errors import Trouble
from devstack.processes import group_members

TETHER = Path(__file__).with_name("end_with_parent.py")
PATIENCE = 10  # seconds a process may take to end
DEATHS, WINDOW = 3, 60  # more deaths in so many seconds are not an accident


def tether() -> list[str]:
    """Return what stands before a command that is to end when this process is killed."""
    return [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]


class Child:
    """One process and whatever it starts itself.

    `environ` is added to ours; what it says goes to `log`, if there is one. With `nice` it yields
    the processor to others, as `nice` does.
    """

    def __init__(
        self,
        name: str,
        *command: str,
        environ: Mapping[str, str] | None = None,
        log: Path | None = None,
        nice: int = 0,
    ) -> None:
        self.name, self.nice = name, nice
        self.command = command
        self.environ, self.log = dict(environ or {}), log
        self.deaths: list[float] = []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        yielding = ["nice", "-n", str(self.nice)] if self.nice else []
        # A group of its own: Ctrl-C reaches only us, and we end them in order.
        with self.log.open("ab") if self.log else contextlib.nullcontext() as log:
            self.process = subprocess.Popen(
                [*tether(), *yielding, sys.executable, *self.command],
                cwd=paths.BASE_DIR,
                env=os.environ | self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.process

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> None:
        """Start it again. Raises Trouble if it has died too often."""
        code = self.process.returncode if self.process else 0
        now = time.monotonic()
        self.deaths = [death for death in self.deaths if now - death < WINDOW] + [now]
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        if len(self.deaths) >= DEATHS:
            raise Trouble(f"The {self.name} keeps ending ({how}); what it said stands above.")
        self.kill()
        self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Return when the whole group is gone; what is left at the deadline is killed."""
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.1, deadline - time.monotonic()))
            self.kill()
            self.process.wait()

    def kill(self) -> None:
        if self.process is not None:
            kill_group(self.process.pid)


def end(children: list[Child]) -> None:
    """End all of them at the same time."""
    deadline = time.monotonic() + PATIENCE
    for child in children:
        child.ask_to_end()
    for child in children:
        child.finish(deadline)


def kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_leftovers(groups: Mapping[str, int]) -> None:
    """Kill what a killed predecessor left running. A number that now means others is left alone."""
    for group in groups.values():
        members = group_members(group)
        if members and all(sys.executable in command for command in members.values()):
            kill_group(group)

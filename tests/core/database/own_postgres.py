"""A PostgreSQL of a test's own, to be killed, stopped and filled up."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from django.db import connection

from devstack import postgres
from devstack.system_user import database_account, run_as

SETTINGS = {"max_connections": "20", "shared_buffers": "16MB", "fsync": "off"}
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND application_name <> 'takes all'
"""
PATIENCE = 20
TETHER = ("setpriv", "--pdeathsig", "KILL")  # when we are killed, it ends


class OwnPostgres:
    """A server in a folder of its own, which any account may enter by a socket only."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.given = SETTINGS | settings
        self.account = database_account()
        self.folder, self.data = folder, folder / "postgres"
        self.binaries = postgres._binaries(self.account)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        postgres._create(self.data, self.binaries, self.account)
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://{postgres.USER}@/{postgres.DATABASE}?host={self.folder}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        given = postgres.SETTINGS | {"unix_socket_directories": str(self.folder)} | self.given
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [*TETHER, self.binaries / "postgres", "-D", self.data, *options],
            cwd=self.data, env=postgres._environment(), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **run_as(self.account),
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg2.connect(self.url, connect_timeout=2).close()
            except psycopg2.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it as a power failure would."""
        self._signal(signal.SIGKILL)
        self.process.wait()
        for stale in self.folder.glob(".s.PGSQL.*"):
            stale.unlink()

    def restart(self) -> None:
        """End its sessions, and start again."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.start()

    def hang(self) -> None:
        """Let every process of it stand still, as on a machine whose disk does."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Take all of its connections, those of others too."""
        with contextlib.ExitStack() as stack:

            def take() -> psycopg2.extensions.connection:
                session = psycopg2.connect(self.url, application_name="takes all")
                return stack.enter_context(contextlib.closing(session))

            first = take()
            first.autocommit = True
            others = 1
            while others:
                with contextlib.suppress(psycopg2.OperationalError):
                    while True:
                        take()
                with first.cursor() as cursor:
                    cursor.execute(OTHERS)
                    others = cursor.rowcount
            yield

    def _signal(self, number: signal.Signals) -> None:
        # Each of its processes leads a group of its own. The first goes first: it would start anew
        # what it sees end.
        for pid in (self.process.pid, *_children(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in found.split()]


@contextlib.contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A server that holds what the test database's template does."""
    assert connection.vendor == "postgresql"
    folder = Path(tempfile.mkdtemp(prefix="own-pg-"))
    server = None
    try:
        server = OwnPostgres(folder)
        yield server
    finally:
        if server is not None:
            server.go_on()
            server.kill()
        shutil.rmtree(folder)

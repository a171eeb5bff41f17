"""The coturn that tests of calls by a relay use: found, or installed by the system's own means.

`python -m devstack.coturn` makes sure that there is one; `make test` calls it. Nothing
else needs it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from devstack import apt
from devstack.deploy_tools import PATH
from devstack.errors import Trouble
from devstack.site_processes import tether

PROGRAM = "turnserver"


def install() -> None:
    """Install the distribution's coturn. Raises Trouble where that cannot be done."""
    if shutil.which(PROGRAM, path=PATH):
        return
    apt.install(
        "coturn",
        "Some tests need coturn. Install it (on Debian: apt install coturn): it need not run.",
    )
    if not shutil.which(PROGRAM, path=PATH):
        raise Trouble("apt-get could not install coturn; its own words stand above.")


def launch(
    folder: Path, port: int, secret: str, *, relay_ip: str = "127.0.0.1"
) -> subprocess.Popen[bytes]:
    """Start a relay on loopback, for both UDP and TCP, that ends when this process does."""
    program = shutil.which(PROGRAM, path=PATH)
    if program is None:
        raise Trouble("There is no coturn. `python -m devstack.coturn` installs it.")
    options = {
        "listening-port": str(port),
        "listening-ip": "127.0.0.1",
        "relay-ip": relay_ip,
        "realm": "clinic.test",
        "static-auth-secret": secret,
        "cli-password": secret,  # without one it refuses peers on loopback
        "log-file": str(folder / "turn.log"),
        "pidfile": str(folder / "turn.pid"),
        "userdb": str(folder / "turn.db"),
    }
    flags = ["use-auth-secret", "allow-loopback-peers", "no-cli", "no-tls", "no-dtls", "simple-log"]
    lines = [f"{name}={value}" for name, value in options.items()] + flags
    configuration = folder / "turn.conf"
    configuration.write_text("\n".join(lines) + "\n")
    with (folder / "output").open("ab") as log:
        return subprocess.Popen(
            [*tether(), program, "-c", str(configuration)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


if __name__ == "__main__":
    try:
        install()
    except Trouble as error:
        sys.exit(str(error))

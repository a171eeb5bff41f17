"""The RabbitMQ that some tests use as broker: found, or installed by the system's own means.

`python -m devstack.rabbitmq` makes sure that there is one; `make test` calls it. Nothing else needs
it: the embedded broker speaks Redis' protocol.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from devstack import apt
from devstack.errors import Trouble
from devstack.site_processes import tether

# Debian's script on the PATH becomes the package's own user; the program itself does not.
PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")


def find() -> str | None:
    """Return the path of the server's program: RABBITMQ if set, else where systems put it."""
    named = os.environ.get("RABBITMQ")
    return next(filter(None, map(shutil.which, [named] if named else PROGRAMS)), None)


def install() -> None:
    """Install the distribution's RabbitMQ. Raises Trouble where that cannot be done."""
    if find():
        return
    apt.install(
        "rabbitmq-server",
        "Some tests need RabbitMQ. Install it (on Debian: apt install rabbitmq-server), or set "
        "RABBITMQ to the path of its program rabbitmq-server.",
    )
    if not find():
        raise Trouble("apt-get could not install rabbitmq-server; its own words stand above.")


def launch(folder: Path, port: int, *, names_port: int) -> list[subprocess.Popen[bytes]]:
    """Start a server on loopback that keeps all in `folder`; return its two processes.

    The first is that of Erlang's names, at `names_port`: else the server would leave one running.
    Both are told to end when this process does, `kill -9` included.
    """
    program = find()
    if program is None:
        raise Trouble("There is no RabbitMQ. `python -m devstack.rabbitmq` installs it.")
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    environ = os.environ | {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(names_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    with (folder / "output").open("ab") as log:
        return [
            subprocess.Popen(
                [*tether(), *command],
                env=environ,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for command in (["epmd", "-port", str(names_port)], [program])
        ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        install()
    except Trouble as error:
        sys.exit(str(error))

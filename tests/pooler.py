"""pgbouncer in transaction mode between the tests and their database: `pytest --pgbouncer`.

Every transaction gets another session of the server than the one before it, so that whatever a
session keeps is missed at once.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from devstack import pgbouncer
from devstack.system_user import database_account, run_as

CONFIGURATION = """
[databases]
* = {server}
[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
server_round_robin = 1
min_pool_size = 4
default_pool_size = 20
max_client_conn = 500
"""


@contextmanager
def in_front() -> Iterator[None]:
    """Lead this process's connection, and those of the sites it starts, through pgbouncer."""
    program = pgbouncer.find()
    assert program, "pgbouncer is missing: run `python -m devstack.pgbouncer`."
    account = database_account()
    database = connection.settings_dict
    direct = {name: database[name] for name in ("HOST", "PORT")}
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        path = Path(folder)
        (path / "pgbouncer.ini").write_text(
            CONFIGURATION.format(server=_server(database), folder=folder)
        )
        if account:
            for each in (path, path / "pgbouncer.ini"):
                os.chown(each, account.pw_uid, account.pw_gid)
        # Its user may not reach our Python: util-linux ends it when we are killed.
        tether = ["setpriv", "--pdeathsig", "TERM"]
        process = subprocess.Popen(
            [*tether, program, "-q", str(path / "pgbouncer.ini")], cwd="/", **run_as(account)
        )
        try:
            _wait_for(path / ".s.PGSQL.5432", process)
            _lead(HOST=folder, PORT="")
            yield
        finally:
            _lead(**direct)
            process.terminate()
            process.wait()


def _server(database: dict) -> str:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return " ".join(f"{name}={database[key]}" for name, key in names.items() if database[key])


def _lead(**where: str) -> None:
    connection.close()
    connection.settings_dict.update(where)
    settings.DATABASES["default"].update(where)


def _wait_for(socket: Path, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 10
    while not socket.exists():
        assert process.poll() is None, "pgbouncer ended"
        assert time.monotonic() < deadline, "pgbouncer did not start"
        time.sleep(0.02)

"""Redis with a replica and Sentinel, which makes the replica master when the master is gone."""

import subprocess
import tempfile
from pathlib import Path

import redis

from devstack import valkey
from tests.brokers import Broker
from tests.processes import free_port

NAME = "clinic"
# One Sentinel decides by itself here; a deployment has three.
CONFIGURATION = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 1
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 3000
"""


class Sentinel(Broker):
    """`kill_master()`, and within seconds the other one is master."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.master, self.replica = free_port(), free_port()
        self.url = f"sentinel://127.0.0.1:{self.port}/0"

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.folder.cleanup()

    def launch(self) -> list[subprocess.Popen[bytes]]:
        master = self._server("--port", str(self.master))
        replica = self._server(
            *("--port", str(self.replica), "--replicaof", "127.0.0.1", str(self.master))
        )
        file = Path(self.folder.name) / "sentinel.conf"
        file.write_text(
            CONFIGURATION.format(
                port=self.port, folder=self.folder.name, name=NAME, master=self.master
            )
        )
        return [master, replica, self._server(str(file), "--sentinel")]

    def answers(self) -> bool:
        """Say whether Sentinel knows both: before that there is nobody to turn to."""
        try:
            with redis.Redis(port=self.port) as client:
                return (
                    bool(client.execute_command("SENTINEL", "REPLICAS", NAME)) and self._follows()
                )
        except (redis.RedisError, OSError):
            return False

    def kill_master(self) -> None:
        self.processes[0].kill()
        self.processes[0].wait()

    def master_port(self) -> int:
        """Return where Sentinel says that the master is."""
        with redis.Redis(port=self.port) as client:
            return int(client.sentinel_get_master_addr_by_name(NAME)[1])

    def _follows(self) -> bool:
        with redis.Redis(port=self.replica) as client:
            return client.info("replication").get("master_link_status") == "up"

    def _server(self, *arguments: str) -> subprocess.Popen[bytes]:
        where = [] if "--sentinel" in arguments else ["--save", "", "--dir", self.folder.name]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [str(valkey._program()), *arguments, *where]
        return subprocess.Popen(command, start_new_session=True, **quiet)

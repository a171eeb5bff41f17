"""Brokers of a test's own, to be killed, restarted, emptied and stopped in the middle of things."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import kombu.pools
import redis
from kombu import Connection

from devstack import rabbitmq, valkey
from tests.processes import free_port

TETHER = ("setpriv", "--pdeathsig", "KILL")  # when we are killed, it ends, stopped or not
PATIENCE = 60  # seconds: RabbitMQ takes ten on a busy machine


class Broker:
    """A server on a port of its own. What it is told to forget, it forgets."""

    url: str

    def __init__(self) -> None:
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.resume()
        self.kill()

    def start(self) -> None:
        """Return when it answers."""
        self.processes = self.launch()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, f"{self.url} does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power failure would."""
        for process in self.processes:
            self._signal(process, signal.SIGKILL)
            process.wait()

    def restart(self) -> None:
        """End it as an upgrade does, and start it again."""
        for process in reversed(self.processes):
            self._signal(process, signal.SIGTERM)
            process.wait(PATIENCE)
        self.start()

    def pause(self) -> None:
        """Let it take connections and say nothing."""
        self._signal(self.processes[-1], signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(self.processes[-1], signal.SIGCONT)

    def launch(self) -> list[subprocess.Popen[bytes]]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def flush(self) -> None:
        """Make it forget every task that waits."""
        raise NotImplementedError

    def _signal(self, process: subprocess.Popen[bytes], number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


class Redis(Broker):
    """Valkey, as the embedded one: nothing on disk."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def launch(self) -> list[subprocess.Popen[bytes]]:
        command = [*TETHER, str(valkey._program()), "--port", str(self.port), "--save", ""]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return [subprocess.Popen(command, start_new_session=True, **quiet)]

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


class RabbitMQ(Broker):
    """Debian's, with a folder of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.folder = Path(tempfile.mkdtemp(prefix="rabbitmq-"))
        self.names_port = free_port()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self) -> list[subprocess.Popen[bytes]]:
        return rabbitmq.launch(self.folder, self.port, names_port=self.names_port)

    def answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except OSError:
            return False
        return True

    def flush(self) -> None:
        from curednation.celery import app

        app.control.purge()


def use_broker(url: str) -> None:
    """Give this process another broker, as a new process would have it."""
    from core import broker
    from curednation.celery import app

    app.conf.update(broker_url=url, broker_write_url=url)
    kombu.pools.reset()
    app._pool = app.amqp._producer_pool = None
    broker.breaker.reset()


@contextmanager
def used(broker: Broker, before: str) -> Iterator[Broker]:
    """Meanwhile this process publishes there."""
    with broker:
        use_broker(broker.url)
        try:
            yield broker
        finally:
            use_broker(before)

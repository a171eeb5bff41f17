"""What befalls the machine, one after the other. Each ends when the trouble itself is over."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg2

from devstack import clock
from devstack.site_processes import Child
from tests.mixed_load.machine import Machine

Fault = Callable[[Machine], None]
DAYS_AHEAD = 5


def broker_killed(machine: Machine) -> None:
    machine.broker.kill()
    time.sleep(2)
    machine.broker.start()


def broker_hung(machine: Machine) -> None:
    machine.broker.pause()
    time.sleep(8)
    machine.broker.resume()


def broker_flushed(machine: Machine) -> None:
    machine.broker.flush()


def web_process_killed(machine: Machine) -> None:
    os.kill(machine.web_processes()[0], signal.SIGKILL)


def web_server_killed(machine: Machine) -> None:
    machine.send(machine.web, signal.SIGKILL)


def clinic_worker_killed(machine: Machine) -> None:
    machine.send(machine.clinic, signal.SIGKILL)


def letters_worker_killed(machine: Machine) -> None:
    machine.send(machine.letters, signal.SIGKILL)


def beat_killed(machine: Machine) -> None:
    machine.send(machine.beat, signal.SIGKILL)


def database_killed(machine: Machine) -> None:
    machine.postgres.kill()
    time.sleep(2)
    machine.postgres.start()


def database_hung(machine: Machine) -> None:
    machine.postgres.hang()
    time.sleep(8)
    machine.postgres.go_on()


def connections_taken(machine: Machine) -> None:
    with machine.postgres.full():
        time.sleep(8)


def cache_away(machine: Machine) -> None:
    machine.cache.kill()
    time.sleep(8)
    machine.cache.start()


def cache_hung(machine: Machine) -> None:
    machine.cache.pause()
    time.sleep(8)
    machine.cache.resume()


def mail_refused(machine: Machine) -> None:
    """Every second mail is answered 554, whoever it is for."""
    machine.refusing.touch()
    time.sleep(10)
    machine.refusing.unlink()


def mail_server_killed(machine: Machine) -> None:
    machine.send(machine.mail, signal.SIGKILL)
    assert machine.mail.process
    machine.mail.process.wait()
    time.sleep(8)
    machine.mail.start()


def mail_server_hung(machine: Machine) -> None:
    machine.send(machine.mail, signal.SIGSTOP)
    time.sleep(8)
    machine.send(machine.mail, signal.SIGCONT)


def lock_left_open(machine: Machine) -> None:
    """Somebody has locked a provider and gone for lunch."""
    with closing(psycopg2.connect(machine.url("owner"))) as somebody:
        with somebody.cursor() as cursor:
            cursor.execute("SELECT FROM appointments_provider ORDER BY id LIMIT 1 FOR UPDATE")
        time.sleep(10)
        somebody.rollback()


def clock_ahead(machine: Machine) -> None:
    """The clinic's worker is on a machine whose clock is days ahead, until somebody sets it."""
    ahead = {"LD_PRELOAD": clock.library(), "FAKETIME": f"+{DAYS_AHEAD * 86400}"}
    with _other_environment(machine.clinic, clock.SETTINGS | ahead):
        machine.clinic.ask_to_end()
        time.sleep(20)
    machine.clinic.ask_to_end()


@contextmanager
def _other_environment(child: Child, environ: dict[str, str]) -> Iterator[None]:
    before, child.environ = child.environ, child.environ | environ
    try:
        yield
    finally:
        child.environ = before


FAULTS: list[Fault] = [
    *(broker_killed, broker_hung, broker_flushed, web_process_killed, web_server_killed),
    *(clinic_worker_killed, letters_worker_killed, beat_killed, database_killed, database_hung),
    *(connections_taken, cache_away, cache_hung, mail_refused, mail_server_killed),
    *(mail_server_hung, lock_left_open, clock_ahead),
]

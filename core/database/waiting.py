"""The threads of this process that wait for the database, and what becomes of those that wait long.

PostgreSQL ends a statement that takes too long or waits for a lock. Two things it cannot do. A
server that stands still, because its machine or its disk does, ends nothing: here its connections
are cut, and until it answers again nobody waits for it. And it does not know how few threads a
web process has: here at most two of them wait for locks as long as they may.
"""

import logging
import os
import select
import socket
import threading
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

import psycopg2

log = logging.getLogger(__name__)
STUCK = 2.5  # seconds in a call before the server is asked whether it is there: past any lock
ANSWER = 2.0  # seconds in which it then has to say something
EVERY = 0.25
# How long a web thread waits for a lock while two others of its process do: a little where they
# have only begun to, and hardly where nothing moves. Where somebody has just got what it wants, as
# at a busy hour, it waits its turn.
AT_MOST = 2
BUSY, LEFT_OPEN = "500ms", "50ms"
OLD = 0.5
WAITED, JUST = 0.02, 1.0
MOST_REMEMBERED = 1000


class Call:
    """One call to the server, from when it began until it returns."""

    __slots__ = ("locking", "session", "started")

    def __init__(self, session: Any, *, locking: bool) -> None:
        self.session, self.locking, self.started = session, locking, monotonic()


class Waiting:
    """All calls of one process, and whether the server answers."""

    def __init__(self) -> None:
        self.shared = False  # whether threads of this process serve visitors
        self.reset()

    def reset(self) -> None:
        """Begin anew, as a process that was forked has to."""
        self.calls: dict[int, Call] = {}
        self.moved: dict[int, float] = {}  # when somebody who had waited got that lock
        self.hung: str | None = None  # the address of a server that does not answer
        self._watcher: threading.Thread | None = None
        self._starting = threading.Lock()

    def begin(self, call: Call) -> None:
        """Note a call. Raises psycopg2.OperationalError at once while the server hangs."""
        if self.hung is not None:
            raise psycopg2.OperationalError("the server does not answer, and is left alone")
        self.calls[id(call)] = call
        if self._watcher is None:
            self._start()

    def end(self, call: Call) -> None:
        self.calls.pop(id(call), None)

    def lock_limit(self, sql: str, values: Any) -> str:
        """Return for how long this may wait for a lock; nothing: as long as its role may."""
        if not self.shared or len(self.calls) < AT_MOST:
            return ""
        now = monotonic()
        waits = sorted((now - call.started for call in self._locking(now)), reverse=True)
        if len(waits) < AT_MOST or self.moves_on(sql, values):
            return ""
        return LEFT_OPEN if waits[AT_MOST - 1] > OLD else BUSY

    def moves_on(self, sql: str, values: Any) -> bool:
        """Say whether somebody who waited for the same has just got it."""
        return monotonic() - self.moved.get(_key(sql, values), -JUST) < JUST

    def got(self, call: Call, sql: str, values: Any) -> None:
        """Note that this has returned, where it had to wait."""
        if self.shared and monotonic() - call.started > WAITED:
            if len(self.moved) >= MOST_REMEMBERED:
                self.moved = {}
            self.moved[_key(sql, values)] = monotonic()

    def _locking(self, now: float) -> list[Call]:
        calls = list(self.calls.values())
        return [call for call in calls if call.locking or now - call.started > OLD]

    def give_up(self, address: str) -> None:
        """Leave the server at this address alone until it answers again."""
        if self.hung is None:
            log.warning("The database does not answer. It is left alone until it does.")
        self.hung = address
        self._start()

    def _start(self) -> None:
        with self._starting:
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="database", daemon=True)
                self._watcher.start()

    def _watch(self) -> None:
        while True:
            sleep(EVERY)
            if self.hung is not None:
                self._look_again(self.hung)
                continue
            stuck = [c for c in list(self.calls.values()) if monotonic() - c.started > STUCK]
            if stuck and not answers(stuck[0].session.address):
                self.give_up(stuck[0].session.address)
                self._cut()
            elif stuck:
                sleep(STUCK)  # it only takes long

    def _look_again(self, address: str) -> None:
        if answers(address):
            self.hung = None
            log.warning("The database answers again.")
        else:
            self._cut()  # who asked in the instant before it was given up

    def _cut(self) -> None:
        """End the connections that calls stand on, so that their threads come back."""
        for call in list(self.calls.values()):
            with suppress(OSError, psycopg2.Error):
                line = socket.socket(fileno=os.dup(call.session.fileno()))
                line.shutdown(socket.SHUT_RDWR)
                line.close()


def _key(sql: str, values: Any) -> int:
    return hash((sql, repr(values)))


def is_locking(sql: Any) -> bool:
    """Say whether this statement may wait for somebody else's row. SQL has its words in capitals.

    It is asked of every statement: so by plain words, and not in the middle of a long one.
    """
    if not isinstance(sql, str):
        return False
    if len(sql) > 300:
        sql = sql[:200] + sql[-100:]
    return (
        "UPDATE" in sql
        or "INSERT" in sql
        or "DELETE" in sql
        or "LOCK" in sql
        or "pg_advisory" in sql
    )


def answers(address: str) -> bool:
    """Say whether the server at this address says anything in time, be it a refusal."""
    until = monotonic() + ANSWER
    session = None
    try:
        session = psycopg2.connect(address, async_=True)
        _finish(session, until)
        cursor = session.cursor()
        cursor.execute("SELECT 1")
        _finish(session, until)
    except TimeoutError:
        return False
    except (psycopg2.Error, OSError, ValueError):
        return True
    finally:
        if session is not None:
            with suppress(psycopg2.Error):
                session.close()
    return True


def _finish(session: Any, until: float) -> None:
    while (state := session.poll()) != psycopg2.extensions.POLL_OK:
        left = until - monotonic()
        if left <= 0:
            raise TimeoutError
        reads = [session] if state == psycopg2.extensions.POLL_READ else []
        writes = [session] if state == psycopg2.extensions.POLL_WRITE else []
        select.select(reads, writes, [], left)


waiting = Waiting()
os.register_at_fork(after_in_child=waiting.reset)

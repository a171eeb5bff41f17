"""psycopg2's connection and cursor, whose calls are noted in `core.database.waiting`.

The settings name the connection as `connection_factory`, which is libpq's door for all of Django.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import psycopg2
from psycopg2 import extensions

from core.database.waiting import Call, is_locking, waiting

T = TypeVar("T")
CONNECT_SECONDS = 2
CUT_SHORT = 1.0  # seconds; who has waited longer for a lock has waited long enough


class Cursor(extensions.cursor):
    """A cursor whose statements are cut off when the server hangs, and wait little for locks."""

    def execute(self, query: Any, vars: Any = None) -> None:
        if not is_locking(query) or self.name is not None:
            _noted(Call(self.connection, locking=False), lambda: self._execute(query, vars))
            return
        call = Call(self.connection, locking=True)
        limit = waiting.lock_limit(query, vars)
        # In one round trip, and until the transaction ends: alone it has one of its own.
        sql = f"SET LOCAL lock_timeout = '{limit}'; {query}" if limit else query
        try:
            _noted(call, lambda: self._execute(sql, vars), commits=self.connection.autocommit)
        except psycopg2.errors.LockNotAvailable as error:
            short = monotonic() - call.started < CUT_SHORT and waiting.moves_on(query, vars)
            error.was_cut_short = short
            raise
        waiting.got(call, query, vars)

    def _execute(self, query: Any, vars: Any) -> None:
        super().execute(query, vars)

    def copy_expert(self, *args: Any, **options: Any) -> None:
        call = Call(self.connection, locking=True)
        _noted(call, lambda: super(Cursor, self).copy_expert(*args, **options))


class Connection(extensions.connection):
    """A connection that is refused at once while the server hangs."""

    def __init__(self, dsn: str, *args: Any, **options: Any) -> None:
        self.address, began = dsn, monotonic()
        if waiting.hung is not None:
            raise psycopg2.OperationalError("the server does not answer, and is left alone")
        try:
            super().__init__(dsn, *args, **options)
        except psycopg2.OperationalError:
            if monotonic() - began > CONNECT_SECONDS - 0.1:
                waiting.give_up(dsn)  # it said nothing: the next visitor need not find that out
            raise

    def cursor(self, *args: Any, **options: Any) -> Any:
        options.setdefault("cursor_factory", Cursor)
        return super().cursor(*args, **options)

    def commit(self) -> None:
        _noted(Call(self, locking=False), super().commit, commits=True)

    def rollback(self) -> None:
        _noted(Call(self, locking=False), super().rollback)


def _noted(call: Call, do: Callable[[], T], *, commits: bool = False) -> T:
    """Do it, noted while it lasts; an error knows whether it may have been kept all the same."""
    waiting.begin(call)
    try:
        return do()
    except psycopg2.Error as error:
        error.at_commit = commits
        raise
    finally:
        waiting.end(call)

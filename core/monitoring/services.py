"""Do database, broker and cache answer? Each is asked within a bounded time, all at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache as once

import psycopg2
from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level

PATIENCE = 3.0  # seconds for all of them together
DATABASE = "database"
_pool = ThreadPoolExecutor(max_workers=6, thread_name_prefix="services")


class NotReadyError(Exception):
    """Its text is a sentence for the operator, without secrets."""


def check() -> list[CheckResult]:
    """Return a result for each of them. Never raises, and takes PATIENCE seconds at most."""
    running = {name: _pool.submit(ask) for name, ask in ASKED.items()}
    wait(running.values(), timeout=PATIENCE)
    return [_result(name, future) for name, future in running.items()]


def _result(name: str, future: Future[None]) -> CheckResult:
    wrong = _outcome(name, future)
    if not wrong:
        return CheckResult(name, Level.OK, _("The %s answers.") % name)
    return CheckResult(name, Level.ERROR, wrong, _MEANS[name]())


def _outcome(name: str, future: Future[None]) -> str:
    """What is the matter; empty when all is well."""
    if not future.done():
        future.cancel()
        return _("The %(name)s did not answer within %(seconds)d seconds.") % {
            "name": name,
            "seconds": PATIENCE,
        }
    error = future.exception()
    if error is None:
        return ""
    if isinstance(error, NotReadyError):
        return str(error)
    return _("The %(name)s does not answer. Is it running, and is %(variable)s right?") % {
        "name": name,
        "variable": VARIABLES[name],
    }


def ask_database() -> None:
    """Ask the database, or raise.

    Through a connection of its own with a short time limit, so that a hung server is noticed.
    """
    missing = sorted(expected_migrations() - _applied_migrations())
    if missing:
        app_label, name = missing[0]
        raise NotReadyError(
            f"{len(missing)} migrations are not applied, the first is {app_label}.{name}. "
            "Run `manage.py migrate`."
        )


def _applied_migrations() -> set[tuple[str, str]]:
    parameters = connection.get_connection_params() | {"connect_timeout": 2}
    own = psycopg2.connect(**parameters)
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone() == (None,):
                return set()
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall())
    finally:
        own.close()


@once
def expected_migrations() -> frozenset[tuple[str, str]]:
    """Return all that this release brings; a squashed one counts through those that it replaces."""
    migrations = MigrationLoader(None).disk_migrations
    return frozenset(key for key, migration in migrations.items() if not migration.replaces)


def ask_broker() -> None:
    """Connect to the broker, or raise."""
    with current_app.connection_for_write(connect_timeout=1) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
        broker.channel()  # the Redis transport speaks to the server only now


def ask_cache() -> None:
    """Ask the cache, or raise."""
    cache.get("readyz")


ASKED: dict[str, Callable[[], None]] = {
    DATABASE: ask_database,
    "broker": ask_broker,
    "cache": ask_cache,
}
VARIABLES = {DATABASE: "DATABASE_URL", "broker": "BROKER_URL", "cache": "CACHE_URL"}
_MEANS: dict[str, Callable[[], str]] = {
    DATABASE: lambda: _("Nothing can be booked or read until it is back. Start it first."),
    "broker": lambda: _(
        "Bookings go on; e-mails and reminders wait until it is back, and none is lost. Start it."
    ),
    "cache": lambda: _("The site goes on, slower. Start it."),
}

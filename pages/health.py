"""Is the process up (`/healthz`), and can it do its work (`/readyz`)?"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache as once

import psycopg2
from celery import current_app
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

PATIENCE = 3.0  # seconds for all checks together
log = logging.getLogger(__name__)
_pool = ThreadPoolExecutor(max_workers=6, thread_name_prefix="readyz")


_logged: dict[str, str] = {}  # what was the matter when it was last written down


class NotReadyError(Exception):
    """Its text goes to the log: a sentence for the operator, without secrets."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive. Asks nothing of any service."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations, broker and cache are fine, else 503.

    Why is in the log.
    """
    running = {name: _pool.submit(check) for name, check in CHECKS.items()}
    wait(running.values(), timeout=PATIENCE)
    wrong = {name: _outcome(name, future) for name, future in running.items()}
    wrong = {name: sentence for name, sentence in wrong.items() if sentence}
    _log(wrong)
    return JsonResponse({"ready": not wrong}, status=503 if wrong else 200)


def _log(wrong: dict[str, str]) -> None:
    """Write down what is the matter, once: somebody asks every second."""
    global _logged
    if wrong and wrong != _logged:
        log.warning("Not ready. %s", " ".join(wrong.values()))
    _logged = wrong


def _outcome(name: str, future: Future[None]) -> str:
    """What is the matter; empty when all is well."""
    if not future.done():
        future.cancel()
        return f"The {name} did not answer within {PATIENCE:.0f} seconds."
    error = future.exception()
    if error is None:
        return ""
    if isinstance(error, NotReadyError):
        return str(error)
    return f"The {name} does not answer. Is it running, and is {VARIABLES[name]} right?"


def check_database() -> None:
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


def check_broker() -> None:
    """Connect to the broker, or raise."""
    with current_app.connection_for_write(connect_timeout=1) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
        broker.channel()  # the Redis transport speaks to the server only now


def check_cache() -> None:
    """Ask the cache, or raise."""
    cache.get("readyz")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "broker": check_broker,
    "cache": check_cache,
}
VARIABLES = {"database": "DATABASE_URL", "broker": "BROKER_URL", "cache": "CACHE_URL"}

"""What the tests stand on. All parts are real: PostgreSQL, Valkey, granian, Celery, SMTP."""

import gc
import io
import logging
import re
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.cache import caches
from django.template.base import Template
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from core.database import database_time
from curednation.celery import app as celery_app
from curednation.logs import ExceptionFormatter, NoPersonalData
from devstack import chromium, embedded
from devstack.service import Hold
from tests import (
    database,
    pooler,
    processes,
    service_pauses,
    surroundings,
    template_database,
    turns,
)
from tests.processes import Process
from tests.smtp import SmtpServer

Start = Callable[..., Process]
held = pytest.StashKey[list[Hold]]()
CLOCK = re.compile(
    r"\b(datetime|timedelta|timezone|time_machine|localdate|monday|make_(appointment|hold|entry))\b"
)
# What asks for the contexts that Django notes for tests.
CONTEXTS = re.compile(r"\.context\[|\.templates\b|template_rendered|assertTemplate")
RENDER = Template._render  # before Django replaces it


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests be run behind a pooler."""
    parser.addoption("--pgbouncer", action="store_true", help="ask PostgreSQL through pgbouncer")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the embedded services up once; the workers of xdist use those of their controller."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # Started in the background by a shell: what we start would not hear Ctrl-C either.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        config.stash[held] = embedded.ensure(surroundings.SERVICES)


def pytest_unconfigure(config: pytest.Config) -> None:
    if held in config.stash:
        holds = config.stash[held]
        embedded.release(holds)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that read a clock, for `-m reads_clock`, and the long ones as `slow`.

    What waits for a time limit of PostgreSQL is marked `true_clock` and runs by no other: by a
    shifted one the limit comes late or never, see devstack/clock.py.
    """
    for item in items:
        if _reads_clock(item.path) and not item.get_closest_marker("true_clock"):
            item.add_marker("reads_clock")
        if item.path.name in turns.SLOW:
            item.add_marker("slow")
    items.sort(key=lambda item: turns.rank(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Let the garbage collector look at what tests make, seldom, and not at what is imported.

    It went through a million objects of Django's and pytest's every few requests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()


@pytest.hookimpl(optionalhook=True)  # of xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out file by file, as `--dist loadfile` does, but the longest ones test by test."""
    return turns.Turns(config, log) if config.getvalue("dist") == "loadfile" else None


@cache
def _reads_clock(path: Path) -> bool:
    """Whether the file speaks of days or times, or makes what stands at one."""
    return bool(CLOCK.search(path.read_text()))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Make the test database from the template. See tests/template_database.py."""
    with django_db_blocker.unblock():
        template_database.use()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> Iterator[None]:
    """Give sessions their time limits, as `database_roles` does. End what is still connected
    before the database is dropped: a killed site, a thread, a pooler."""
    with django_db_blocker.unblock():
        database.commit_without_waiting()
        database.note_template()
        database.limit_waits()
    with pooler.in_front() if pytestconfig.getoption("--pgbouncer") else nullcontext():
        yield
    with django_db_blocker.unblock():
        database.end_other_sessions()


@pytest.fixture(scope="session", autouse=True)
def _empty_tables_past_triggers() -> Iterator[None]:
    """After a transactional test, empty the tables that hold something, append-only ones too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: database.empty_tables())
        yield


@pytest.fixture(scope="session", autouse=True)
def _database_time_follows_this_process() -> Iterator[None]:
    """Let a test that travels take the database along; processes of their own ask the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_time, "now", timezone.now)
        yield


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """No test meets what another left in the cache, such as a used-up rate limit."""
    marked = request.node.get_closest_marker("django_db")
    if marked or {"db", "transactional_db", "client"} & set(request.fixturenames):
        for cache in caches.all():
            cache.clear()


@pytest.fixture(autouse=True)
def _end_pauses() -> None:
    """No test meets the pause after a service that was away in another."""
    service_pauses.end()


@pytest.fixture(autouse=True)
def _contexts_where_asked_for(request: pytest.FixtureRequest) -> Iterator[None]:
    """Copy no context of each template for a test whose file does not ask for them.

    Django does so for `response.context`, at every field of a form.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not _reads_contexts(request.path):
            patch.setattr(Template, "_render", RENDER)
        yield


@cache
def _reads_contexts(path: Path) -> bool:
    return bool(CONTEXTS.search(path.read_text()))


@pytest.fixture
def refusals_unlogged() -> Iterator[None]:
    """Each refusal is written down with all that led to it: thousands of them take a minute."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A real SMTP server that does what the test tells it to. See tests/smtp.py."""
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="session")
def _shared_site(django_db_setup: None) -> Iterator[Process]:
    with processes.site() as site:
        yield site


@pytest.fixture
def live_site(_shared_site: Process, transactional_db: None) -> Process:
    """The site under granian on the test database. `live_site.url` says where.

    One server for all tests that can share it; what tests commit is flushed after each.
    """
    return _shared_site


@pytest.fixture(scope="session")
def _shared_rooms(_shared_site: Process) -> Iterator[Process]:
    with processes.rooms(_shared_site.url, _shared_site.rooms_port) as rooms:
        yield rooms


@pytest.fixture
def live_rooms(live_site: Process, _shared_rooms: Process) -> Process:
    """The rooms beside `live_site`, whose pages find them. What `live_rooms` tells is its log."""
    return _shared_rooms


@pytest.fixture
def start_site(transactional_db: None) -> Iterator[Start]:
    """Start a site of one's own: `start_site(BROKER_URL=…)` returns it, ready to answer."""
    with ExitStack() as stack:
        yield lambda **environ: stack.enter_context(processes.site(**environ))


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Start]:
    """Start a Celery worker: `start_worker(EMAIL_URL=…)` returns it, ready for tasks."""
    celery_app.control.purge()
    with ExitStack() as stack:
        yield lambda **environ: stack.enter_context(processes.worker(**environ))


@pytest.fixture
def celery_worker(start_worker: Start, smtp_server: SmtpServer) -> Process:
    """A real Celery worker that sends its mail to `smtp_server`."""
    return start_worker(EMAIL_URL=smtp_server.url)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the system's Chromium, and keep it from calling anyone."""
    path = chromium.find()
    assert path, "Chromium is missing: install it, or set CHROMIUM to its path."
    return browser_type_launch_args | {"executable_path": path, "args": chromium.FLAGS}


@pytest.fixture
def production_log() -> Iterator[io.StringIO]:
    """What a deployment would write to its log meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(NoPersonalData())
    line = site_settings.LOGGING["formatters"]["lines"]["format"]
    handler.setFormatter(ExceptionFormatter(line, style="{", whole=False))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)

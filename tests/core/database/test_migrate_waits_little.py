"""`migrate` holds nobody up: it lets go of a lock that it does not get, and tries again."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.staff.management.commands import migrate

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def somebody_reads() -> Iterator[None]:
    """A transaction that has read a table and stays open, as a backup does."""
    with closing(session()) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM articles_comment")
        yield


def session() -> psycopg2.extensions.connection:
    return psycopg2.connect(**connection.get_connection_params())


def in_a_thread(said: StringIO, *arguments: str) -> None:
    try:
        call_command("migrate", *arguments, verbosity=0, stdout=said, stderr=said)
    finally:
        connection.close()


def seconds_to_read() -> float:
    began = time.monotonic()
    with closing(session()) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM articles_comment")
    return time.monotonic() - began


def reads_until(done: Callable[[], bool]) -> Iterator[float]:
    """Read again and again, and yield how long each took. Who waits two seconds is cut off."""
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        yield seconds_to_read()


@pytest.fixture
def _back_again() -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.usefixtures("_back_again")
def test_readers_go_on_while_a_migration_waits_and_it_is_done_when_the_lock_is_free(monkeypatch):
    monkeypatch.setattr(migrate, "PAUSE", 0.5)
    said = StringIO()
    with ThreadPoolExecutor() as pool:
        with somebody_reads():
            running = pool.submit(in_a_thread, said, "articles", "0001")
            took = list(reads_until(lambda: said.getvalue().count("Trying again") >= 2))
            assert not running.done()
        running.result(30)
    assert max(took) > 0.5, "it was never in the way"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'comment_by_time'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("2s",), "the session has its own limit again"


@pytest.mark.usefixtures("_back_again")
def test_a_lock_that_nobody_lets_go_of_ends_it_with_a_sentence_and_nothing_half_done(monkeypatch):
    monkeypatch.setattr(migrate, "PATIENCE", 1)
    with somebody_reads(), pytest.raises(CommandError, match="nothing was left half done"):
        call_command("migrate", "articles", "0001", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'comment_by_time'")
        assert cursor.fetchone() == (1,)

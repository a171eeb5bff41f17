"""With PostgreSQL away, kept pages open, others say so with the phone number, and it comes back.

A server of its own is killed, stopped, restarted and filled up under a small load.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.conf import settings

from tests import processes
from tests.appointments import booking_steps
from tests.core.database.own_postgres import OwnPostgres, own_postgres
from tests.factories import monday
from tests.visitor import Page, Visitor, over_http

pytestmark = pytest.mark.slow
ROWS = """
from tests.factories import make_provider, make_service
from tests.pages.factories import make_practice
make_practice()
make_service(slug="first-visit", providers=[make_provider()])
"""
PHONE = "(615) 555-0142"
SOON = 10  # seconds; a server that stands still is noticed after about five


class FirstVisit:
    """The service in the other database, as far as the steps of booking need it."""

    slug = "first-visit"


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        for command in (["migrate", "-v0"], ["shell", "--no-imports", "-c", ROWS]):
            environ = {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "curednation.settings"}
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=settings.BASE_DIR,
                env=os.environ | environ,
                check=True,
            )
        yield server


@pytest.fixture(scope="module")
def site(server) -> Iterator[processes.Process]:
    with processes.site(DATABASE_URL=server.url) as site:
        yield site


@contextmanager
def killed(server: OwnPostgres) -> Iterator[None]:
    server.kill()
    yield
    server.start()


@contextmanager
def hung(server: OwnPostgres) -> Iterator[None]:
    server.hang()
    yield
    server.go_on()


@contextmanager
def all_connections_taken(server: OwnPostgres) -> Iterator[None]:
    with server.full():
        yield


class Load(threading.Thread):
    """Somebody who reads the first page, which is kept, and the times, which are not."""

    def __init__(self, site: str) -> None:
        super().__init__(daemon=True)
        self.visitor, self.over = over_http(site), threading.Event()
        self.kept: list[tuple[int, float]] = []
        self.others: set[int] = set()

    def run(self) -> None:
        while not self.over.wait(0.02):
            began = time.monotonic()
            self.kept.append((self.visitor.get("/").status, time.monotonic() - began))
            self.others.add(self.visitor.get("/book/tn/first-visit/").status)


@contextmanager
def load(site: str) -> Iterator[list[Load]]:
    threads = [Load(site) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.over.set()
        for thread in threads:
            thread.join(30)


def until(done: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < SOON, "not in time"
        time.sleep(0.1)
    return time.monotonic() - began


def visits(server: OwnPostgres, name: str) -> int:
    session = psycopg2.connect(server.url)
    with session, session.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM appointments_appointment a JOIN appointments_patient p"
            " ON p.id = a.patient_id WHERE p.first_name = %s AND a.status = 'booked'",
            [name],
        )
        found = cursor.fetchone()[0]
    session.close()
    return found


def _is_refused(site: processes.Process) -> bool:
    """Whether one request was: others may still have a connection of before."""
    return over_http(site.url).get("/book/tn/first-visit/").status == 503


def _on_the_details_page(site: processes.Process, clock: str) -> tuple[Visitor, Page]:
    visitor = over_http(site.url)
    visitor.get("/")
    visitor.get("/contact/")
    return visitor, booking_steps.hold_time(visitor, FirstVisit, monday(clock))


@pytest.mark.parametrize(
    ("fault", "clock", "name"),
    [
        (killed, "09:00", "Kate"),
        (hung, "10:00", "Hugo"),
        (all_connections_taken, "11:00", "Anna"),
    ],
)
def test_pages_stay_open_nothing_is_lost_and_the_site_comes_back(server, site, fault, clock, name):
    visitor, page = _on_the_details_page(site, clock)
    answers = booking_steps.DETAILS | {"first_name": name, "email": f"{name.lower()}@example.org"}
    with load(site.url) as readers:
        with fault(server):
            until(lambda: all(_is_refused(site) for _ in range(10)))
            refused = visitor.submit(page, press="Book this visit", **answers)
            assert refused.status == 503
            assert "Nothing was booked or changed." in refused.text
            assert PHONE in refused.text
            assert int(refused.headers["Retry-After"]) > 0
            assert visitor.get("/").status == visitor.get("/contact/").status == 200
            if fault is killed:
                with processes.site(DATABASE_URL=server.url) as another:
                    fresh = over_http(another.url).get("/book/tn/first-visit/")
                    assert (fresh.status, PHONE in fresh.text) == (503, True)
        until(lambda: over_http(site.url).get("/book/tn/first-visit/").status == 200)
        done = visitor.press(refused, "Try again")
        assert f"Thank you, {name}." in done.text
    assert visits(server, name) == 1
    kept = [each for reader in readers for each in reader.kept]
    assert {status for status, _ in kept} == {200}
    assert max(seconds for _, seconds in kept) < SOON
    assert set.union(*(reader.others for reader in readers)) <= {200, 503}


def test_a_restart_under_load_costs_pages_but_no_errors(server, site):
    with load(site.url) as readers:
        until(lambda: all(reader.kept for reader in readers))
        server.restart()
        until(lambda: over_http(site.url).get("/book/tn/first-visit/").status == 200)
    assert set.union(*(reader.others for reader in readers)) <= {200, 503}
    assert {status for reader in readers for status, _ in reader.kept} == {200}

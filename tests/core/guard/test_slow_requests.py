"""Visitors who send slowly, read slowly or say nothing take no thread from anybody else."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from devstack import web
from tests.appointments import booking_steps
from tests.core.guard.sockets import answer, connect, get, head, status, trickling
from tests.factories import make_service, monday
from tests.visitor import over_http

ENOUGH = 10  # seconds within which a page is there, also on a busy machine
MANY, THREADS = 64, 2
TYPED = b"email=grace%40example.org"
PATIENCE = {"REQUEST_BODY_SECONDS": "2"}


def answers(site: str, within: float = ENOUGH) -> bool:
    try:
        return over_http(site, timeout=within).get("/healthz").status == 200
    except OSError:
        return False


def test_64_forms_that_trickle_keep_no_patient_waiting(start_site):
    site, service = start_site(WEB_THREADS=str(THREADS)), make_service()
    with trickling(site.url, MANY, head(site.url, content_length=5000), TYPED):
        assert over_http(site.url, timeout=ENOUGH).get("/").status == 200
        done = booking_steps.book(over_http(site.url, timeout=ENOUGH), service, monday())
        assert done.status == 200


@pytest.fixture
def with_wsgi(monkeypatch) -> None:
    """Start sites whose threads send and receive by themselves: what the tests guard against."""
    options = ("--interface", "wsgi", "--blocking-threads", str(THREADS))
    monkeypatch.setattr(web, "OPTIONS", options)
    monkeypatch.setattr(web, "APPLICATION", "curednation.wsgi:application")


def test_they_stop_a_server_whose_threads_read_the_forms(start_site, with_wsgi):
    site = start_site()
    assert answers(site.url)
    with trickling(site.url, MANY, head(site.url, content_length=5000), TYPED):
        assert any(not answers(site.url, within=2) for _ in range(10)), "once all have arrived"


@pytest.mark.parametrize("then", [TYPED, b""], ids=["trickles", "stalls"])
def test_a_form_that_takes_too_long_is_cut_off(start_site, then):
    site = start_site(**PATIENCE)
    first = head(site.url, content_length=5000)
    with trickling(site.url, 1, first, then) as [line]:
        found = answer(line)
        assert found.startswith(b"HTTP/1.1 408 ")
        assert b"nothing was saved" in found
        assert line.recv(1) == b""  # and the connection is closed


def test_a_head_that_trickles_is_cut_off(live_site):
    with trickling(live_site.url, 1, b"GET / HTTP/1.1\r\nX-Slow: ", b"a" * 30) as [line]:
        assert status(line) in (0, 408)


def test_a_connection_that_says_nothing_is_closed(live_site):
    with connect(live_site.url) as silent, connect(live_site.url) as idle:
        idle.sendall(get(live_site.url, "/healthz"))
        assert status(idle) == 200
        assert silent.recv(1) == b""
        assert idle.recv(1) == b""


def test_hundreds_of_silent_connections_keep_nobody_waiting(live_site):
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connect(live_site.url))
        assert answers(live_site.url)


@pytest.fixture
def large_picture(tmp_path, monkeypatch) -> str:
    """The address of a picture that no buffer on the way takes whole."""
    (tmp_path / "large.jpg").write_bytes(b"a" * 24_000_000)
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
    return "/articles/images/large.jpg"


def test_browsers_that_read_a_picture_slowly_keep_nobody_waiting(start_site, large_picture):
    site = start_site(WEB_THREADS=str(THREADS))
    with reading_slowly(site.url, large_picture):
        assert answers(site.url)


def test_they_stop_a_server_whose_threads_send(start_site, large_picture, with_wsgi):
    site = start_site()
    with reading_slowly(site.url, large_picture):
        assert not answers(site.url, within=2)


@contextmanager
def reading_slowly(site: str, path: str) -> Iterator[None]:
    """Ask for it over several connections, and read no more than how it begins."""
    with ExitStack() as stack:
        for _ in range(THREADS):
            line = stack.enter_context(connect(site))
            line.sendall(get(site, path))
            assert line.recv(100).startswith(b"HTTP/1.1 200")
        yield

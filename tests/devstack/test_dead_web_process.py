"""A web process that dies costs the requests in it, and is replaced at once."""

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psutil

from tests.processes import PATIENCE, Process

VISITORS = 8


def web_processes(site: Process) -> list[psutil.Process]:
    """The processes of granian that answer requests."""
    return [
        child
        for child in psutil.Process(site.process.pid).children()
        if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in str(child.cmdline())
    ]


class Visitor:
    """Opens the page again and again: how often it came, and how often nothing came.

    Whoever lost a request tries again when the dead process is gone. Until then, a twentieth of a
    second, its socket still takes connections, and the kernel resets each that waits there.
    """

    came = failed = 0

    def visit(self, url: str, gone: Event, end: Event) -> None:
        while not end.is_set():
            try:
                urllib.request.urlopen(url, timeout=PATIENCE).close()
                self.came += 1
            except urllib.error.HTTPError:
                raise  # an error page is worse than none
            except OSError:
                self.failed += 1
                gone.wait(PATIENCE)


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_web_process_costs_the_requests_in_it_and_is_replaced(start_site):
    site = start_site(WEB_WORKERS="2")
    before = web_processes(site)
    assert len(before) == 2
    gone, end = Event(), Event()
    visitors = [Visitor() for _ in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as pool:
        visits = [pool.submit(each.visit, f"{site.url}/about/", gone, end) for each in visitors]
        try:
            wait_until(lambda: all(each.came > 2 for each in visitors))
            before[0].send_signal(signal.SIGKILL)
            wait_until(lambda: not psutil.pid_exists(before[0].pid))
            gone.set()
            wait_until(lambda: len(web_processes(site)) == 2)
            seen = [each.came for each in visitors]
            wait_until(
                lambda: all(each.came > was + 2 for each, was in zip(visitors, seen, strict=True))
            )
        finally:
            gone.set()
            end.set()
    for visit in visits:
        visit.result()
    assert max(each.failed for each in visitors) <= 1, "none but the one request in the process"

"""A visit by video between two browsers: when they see each other, and again after a reload."""

import time
from contextlib import ExitStack

from playwright.sync_api import Browser, Page, sync_playwright

from bench.table import Row
from devstack import chromium
from tests import processes
from tests.browser.visit_call import FLAGS, VisitCall, button, see
from tests.database import end_other_sessions
from tests.pages.factories import make_practice

CALLS, LIMIT = 24, 1000  # milliseconds
HANGS = 15_000
LOADED = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}


def rows() -> list[Row]:
    """Hold 24 calls, one after the other, each in browser contexts of its own."""
    admitted: list[float] = []
    returned: list[float] = []
    make_practice()
    with (
        processes.site(**LOADED) as site,
        processes.rooms(site.url, site.rooms_port),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.FLAGS + FLAGS
        )
        for _ in range(CALLS):
            _call(browser, site, admitted, returned)
        browser.close()
    end_other_sessions()  # Playwright's loop has a connection of its own
    return [
        _row("from “Start” to pictures on both sides", admitted),
        _row("the patient reloads, until their pictures are back", returned[::2]),
        _row("the clinician reloads, until their pictures are back", returned[1::2]),
    ]


def _call(
    browser: Browser, site: processes.Process, admitted: list[float], returned: list[float]
) -> None:
    with ExitStack() as stack:
        visit = VisitCall(browser, site, stack)
        patient, doctor = visit.patient(), visit.doctor()
        for page in (patient, doctor):
            page.set_default_timeout(HANGS)
        start = button(doctor, "Start")
        start.wait_for()
        admitted.append(_milliseconds(start.click, patient, doctor))
        for page in (patient, doctor):
            page.wait_for_timeout(500)
            returned.append(_milliseconds(page.reload, page))


def _milliseconds(act, *pages: Page) -> float:
    begin = time.perf_counter()
    act()
    for page in pages:
        see(page)
    return (time.perf_counter() - begin) * 1000


def _row(what: str, took: list[float]) -> Row:
    late = sorted(took)[int(len(took) * 0.95) - 1]
    figure = f"{late:.0f} ms for 95 of 100, {max(took):.0f} at most"
    return Row(f"{what}, {len(took)} times", figure, f"at most {LIMIT} ms", late <= LIMIT)

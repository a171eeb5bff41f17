"""A visit by video between two browsers: when they see each other, and again after a reload.

What is measured is what a person sees: from the act, the test driver's own way to the button or to
the reload included, until the first picture of the other side stands on the screen. Each call goes
on until pictures flow, so that one that hangs is seen.
"""

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.table import Row
from devstack import chromium
from tests import processes
from tests.browser.visit_call import FLAGS, VisitCall, button, see
from tests.database import end_other_sessions
from tests.pages.factories import make_practice

CALLS, LIMIT = 24, 1000  # milliseconds
HANGS = 3000  # a call that needs longer was built twice
PATIENCE = 15_000
LOADED = {"DJANGO_SETTINGS_MODULE": "bench.settings", "WEB_WORKERS": "2"}
# When the first picture of somebody else was shown, as the browser says it, by the world's clock.
PICTURED = """new MutationObserver(() => {
    for (const video of document.querySelectorAll('.call-tile [data-face]:not([data-watched])')) {
        video.dataset.watched = '';
        video.requestVideoFrameCallback((now, {expectedDisplayTime}) => {
            window.pictured ??= performance.timeOrigin + expectedDisplayTime;
        });
    }
}).observe(document, {childList: true, subtree: true})"""


class MeasuredCall(VisitCall):
    """A visit whose pages note when the other side was first seen."""

    def context(self, *args, **options) -> BrowserContext:
        context = super().context(*args, **options)
        context.add_init_script(PICTURED)
        context.set_default_timeout(PATIENCE)
        return context


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
        visit = MeasuredCall(browser, site, stack)
        patient, doctor = visit.patient(), visit.doctor()
        start = button(doctor, "Start")
        start.wait_for()
        admitted.append(_milliseconds(start.click, patient, doctor))
        for page in (patient, doctor):
            page.wait_for_timeout(500)
            reload = partial(page.reload, wait_until="commit")
            returned.append(_milliseconds(reload, page))


def _milliseconds(act: Callable[[], object], *pages: Page) -> float:
    begin = time.time() * 1000
    act()
    for page in pages:
        see(page)
    return max(page.evaluate("pictured") for page in pages) - begin


def _row(what: str, took: list[float]) -> Row:
    late, worst = sorted(took)[math.ceil(len(took) * 0.95) - 1], max(took)
    figure = f"{late:.0f} ms for 95 of 100, {worst:.0f} at most"
    kept = late <= LIMIT and worst <= HANGS
    return Row(f"{what}, {len(took)} times", figure, f"at most {LIMIT} ms", kept)

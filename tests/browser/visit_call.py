"""Two people in a call: real pages in a Chromium with fake devices, the real site and its rooms."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page

from appointments import links
from appointments.models import Appointment
from devstack import chromium
from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_appointment, make_provider, make_service
from tests.pages.factories import make_practice
from tests.processes import Process

# Addresses in the clear, so that a path of ours can stand between; sound as soon as it is there.
FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--auto-accept-this-tab-capture",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
DECODED = """seat => [...document.querySelectorAll('.call-tile')].some(tile =>
    (!seat || tile.dataset.seat === seat)
    && tile.querySelector('[data-face]').getVideoPlaybackQuality().totalVideoFrames > 2)"""
# The page's connections and tracks, for a test that breaks one.
WATCHED = """(() => {
    if (!window.MediaDevices) return;  // about:blank
    const Real = RTCPeerConnection, {getUserMedia} = MediaDevices.prototype;
    window.connections = [];
    window.taken = [];
    window.locks = 0;
    const {request} = WakeLock.prototype;
    WakeLock.prototype.request = function (kind) {
        window.locks += 1;
        return request.call(this, kind);
    };
    window.spoken = [];  // what is said gives way to the next
    addEventListener('DOMContentLoaded', () => {
        const caption = document.querySelector('[data-caption]');
        const hear = () => window.spoken.push(caption.textContent);
        if (caption) new MutationObserver(hear).observe(caption, {childList: true});
    });
    window.RTCPeerConnection = class extends Real {
        constructor(...given) { super(...given); window.connections.push(this); }
    };
    MediaDevices.prototype.getUserMedia = async function (asked) {
        const stream = await getUserMedia.call(this, asked);
        window.taken.push(...stream.getTracks());
        return stream;
    };
})()"""


@pytest.fixture(scope="session")
def call_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser with a camera and a microphone that nobody has to allow."""
    args = chromium.FLAGS + FLAGS
    browser = browser_type.launch(**browser_type_launch_args | {"args": args})
    yield browser
    browser.close()


class VisitCall:
    """A visit that has just begun, and the browsers of those who are in it."""

    def __init__(
        self, browser: Browser, site: Process, stack: ExitStack, *, begun: float = 0.5
    ) -> None:
        self.browser, self.site, self.stack = browser, site, stack
        self.clinician = make_staff("clinician", name="Anna Berg")
        provider = make_provider(name="Anna Berg", video_room="", account=self.clinician)
        service = make_service(providers=[provider])
        start = timezone.now() - timedelta(minutes=begun)
        self.appointment: Appointment = make_appointment(service=service, starts_at=start)
        self.complaints: list[str] = []
        self._client: Client | None = None

    def another(self, *, begun: float = 0.5) -> "VisitCall":
        """Return another visit, of other people, that began so many minutes ago."""
        return VisitCall(self.browser, self.site, self.stack, begun=begun)

    @property
    def room(self) -> str:
        """The address of the patient's room."""
        return f"{links.page(self.appointment)}room/"

    @property
    def desk(self) -> str:
        """The address of the clinician's room."""
        return reverse("admin:visits_room", args=[self.appointment.pk])

    def context(self, width: int = 390, browser: Browser | None = None, **options: Any):
        """Return a browser of somebody's own, in which complaints are noted."""
        size = {"width": width, "height": 800}
        context = (browser or self.browser).new_context(
            viewport=size, base_url=self.site.url, **options
        )
        self.stack.callback(context.close)
        context.add_init_script(WATCHED)
        context.on("console", lambda said: self._complain(said.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def _complain(self, text: str) -> None:
        if "WebSocket connection to" not in text:  # the browser tells of each socket that is lost
            self.complaints.append(text)

    def patient(self, context: BrowserContext | None = None, path: str = "") -> Page:
        """Return the patient's page of the room."""
        page = (context or self.context()).new_page()
        page.goto(path or self.room)
        return page

    def doctor(self, context: BrowserContext | None = None) -> Page:
        """Return the clinician's page of the room, signed in."""
        if self._client is None:
            self._client = sign_in(Client(SERVER_NAME="127.0.0.1"), self.clinician)
        context = context or self.context(1280)
        cookie = self._client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.site.url}]
        )
        page = context.new_page()
        page.goto(self.desk)
        return page

    def both(self, **contexts: BrowserContext) -> tuple[Page, Page]:
        """Return the patient's and the clinician's page, with the call on between them."""
        patient = self.patient(contexts.get("patient"))
        doctor = self.doctor(contexts.get("doctor"))
        button(doctor, "Start").click()
        see(patient)
        see(doctor)
        return patient, doctor


@pytest.fixture
def visit(call_browser: Browser, live_site: Process, live_rooms: Process) -> Iterator[VisitCall]:
    make_practice()
    with ExitStack() as stack:
        yield VisitCall(call_browser, live_site, stack)


def see(page: Page, seat: str = "") -> None:
    """Wait until pictures of the other side have been decoded here."""
    page.wait_for_function(DECODED, arg=seat, polling=50)


def until_it_promises(page: Page, asked: str, arg: Any = None, *, seconds: int = 30) -> None:
    """Wait until what an `async` function of the page comes to is true.

    `wait_for_function` takes the promise itself for the answer, which is always true.
    """
    for _ in range(seconds * 20):
        if page.evaluate(asked, arg):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never in {seconds} seconds: {asked}")


def hear(page: Page, words: str) -> None:
    """Wait until a screen reader has been told so."""
    page.wait_for_function("words => spoken.some(each => each.includes(words))", arg=words)


def button(page: Page, name: str) -> Locator:
    return page.locator("#call").get_by_role("button", name=name, exact=True)


def line(page: Page) -> Locator:
    """The state of the line in words."""
    return page.locator("#call [data-line]")


def notice(page: Page, name: str) -> Locator:
    return page.locator(f"#call [data-notice={name}]:not([hidden])")


def shown(page: Page) -> str | None:
    return page.locator("#call").get_attribute("data-shows")


def card(page: Page, name: str) -> Locator:
    return page.locator(f"#call [data-panel={name}]:not([hidden])")

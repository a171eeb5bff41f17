"""The check before the call, in a browser with a camera and a microphone that are made up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserType, Page, Route, expect

from appointments import links
from appointments.models import Appointment
from devstack import chromium
from tests.browser.barriers import barriers
from tests.browser.held_answers import until
from tests.factories import make_appointment, make_provider, make_service
from tests.pages.factories import make_practice
from visits import device_check
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# What a browser, or the system below it, answers instead of opening the devices.
REFUSES = """error => { navigator.mediaDevices.getUserMedia =
    async () => { throw new DOMException(error.message, error.name); }; }"""
KEPT = """() => {
    window.real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); }"""
GIVEN_BACK = "() => { navigator.mediaDevices.getUserMedia = window.real }"
NO_CAMERA = """(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async asked => {
        if (asked.video) throw new DOMException('', 'NotFoundError');
        return real(asked); } })()"""
NEVER = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {})"
NO_DEVICES = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
AGENTS = {
    "safari-phone": f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    "phone-settings": f"{IPHONE} CriOS/126.0 Mobile/15E148 Safari/604.1",
    "safari-mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "android": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari",
    "chrome": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari",
}
INSTAGRAM = f"{IPHONE} Mobile/15E148 Instagram 334.0"


@pytest.fixture(scope="module")
def with_devices(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    args = browser_type_launch_args | {"args": chromium.FLAGS + DEVICES}
    browser = browser_type.launch(**args)
    yield browser
    browser.close()


@pytest.fixture
def visit() -> Appointment:
    make_practice()
    provider = make_provider(video_room="")
    in_two_days = timezone.now() + timedelta(days=2)
    return make_appointment(service=make_service(providers=[provider]), starts_at=in_two_days)


@pytest.fixture
def open_check(with_devices: Browser, live_site, visit: Appointment):
    """Opens the check, as another browser or with a script that runs before the page's own."""
    contexts = []

    def opener(*, script: str = "", width: int = 390, **options: Any) -> Page:
        context = with_devices.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(live_site.url + reverse("visits:check", args=[links.token(visit)]))
        return page

    yield opener
    for context in contexts:
        context.close()


def start(page: Page) -> None:
    page.get_by_role("button", name="Start the check").click()


def told(page: Page, visit: Appointment, words: str) -> None:
    """The clinic learns it."""
    for _ in range(200):
        found = Visit.objects.filter(appointment=visit).first()
        if found and (result := device_check.latest(found)) and result.words == words:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the clinic was never told: {words}")


def test_camera_and_sound_are_checked_and_the_clinic_learns_it(open_check, visit):
    page = open_check(width=320)
    assert barriers(page) == []
    start(page)
    expect(page.locator("[data-result=microphone]")).to_contain_text("works")
    expect(page.locator("[data-result=camera]")).to_contain_text("works")
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    page.wait_for_function("() => document.querySelector('meter').value > 20")
    later = page.get_by_role("link", name="I can do this later")
    expect(later).to_be_visible()
    row = page.locator("[data-result=microphone]")
    row.evaluate("row => { row.dataset.state = 'of the first' }")
    page.get_by_label("Microphone", exact=True).select_option(index=1)
    expect(row).to_have_attribute("data-state", "works")
    chosen = page.get_by_label("Microphone", exact=True).input_value()
    assert page.evaluate("JSON.parse(sessionStorage['visit-devices']).mic") == chosen
    told(page, visit, "camera works, microphone works")
    slow: list[Route] = []
    page.route("**/room/check/", lambda route: slow.append(route), times=2)
    page.get_by_role("button", name="Play three notes").click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Make it louder, and play them again")).to_be_visible()
    page.get_by_role("button", name="Play three notes").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("All set. Camera and sound work.")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(slow) == 1  # what is told later waits, and is what the clinic keeps
    slow.pop().continue_()
    told(page, visit, "camera works, microphone works, does not hear us")
    until(page, lambda: slow)
    slow.pop().continue_()
    told(page, visit, "camera works, microphone works, hears us")
    page.get_by_role("link", name="Done: back to my visit").click()
    page.wait_for_url(f"**{links.page(visit)}")
    assert page.complaints == []


@pytest.mark.parametrize("place", AGENTS)
def test_a_refusal_is_answered_by_the_words_and_the_picture_of_that_browser(
    open_check, visit, place
):
    page = open_check(user_agent=AGENTS[place])
    page.evaluate(REFUSES, {"name": "NotAllowedError", "message": "Permission denied"})
    page.evaluate("() => { navigator.permissions.query = async () => ({state: 'denied'}) }")
    start(page)
    heading = page.get_by_role("heading", name="Your browser keeps camera and microphone closed")
    expect(heading).to_be_focused()
    expect(page.locator(f"[data-place={place}]:visible [role=img]")).to_have_count(1)
    expect(page.locator("[data-place]:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    by_phone = page.get_by_text("come anyway: we can talk by phone").locator("visible=true")
    expect(by_phone).to_have_count(1)
    expect(page.get_by_role("link", name="I can do this later")).to_be_visible()
    told(page, visit, "no camera, no microphone: refused by the browser")
    assert barriers(page) == []


@pytest.mark.parametrize(
    ("error", "message", "heading", "said"),
    [
        (
            "NotAllowedError",
            "Permission denied by system",
            "This device keeps them closed for your browser",
            "refused by the device",
        ),
        ("NotFoundError", "", "No microphone found", "not found"),
        (
            "NotReadableError",
            "Could not start video source",
            "Another program uses camera and microphone",
            "in use by another program",
        ),
    ],
)
def test_each_trouble_has_its_words_and_trying_again_goes_on(
    open_check, visit, error, message, heading, said
):
    page = open_check()
    page.evaluate(KEPT)
    page.evaluate(REFUSES, {"name": error, "message": message})
    start(page)
    expect(page.get_by_role("heading", name=heading)).to_be_focused()
    told(page, visit, f"no camera, no microphone: {said}")
    page.evaluate(GIVEN_BACK)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-result=microphone]")).to_contain_text("works")
    expect(page.get_by_role("heading", name=heading)).to_have_count(0)
    told(page, visit, "camera works, microphone works")


def test_without_a_camera_sound_alone_is_checked(open_check, visit):
    page = open_check(script=NO_CAMERA)
    start(page)
    expect(page.get_by_role("heading", name="No camera found")).to_be_visible()
    expect(page.get_by_text("We will hear you, and you will see and hear us.")).to_be_visible()
    expect(page.locator("[data-result=microphone]")).to_contain_text("works")
    page.get_by_role("button", name="Play three notes").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("The visit can go on without your camera.")).to_be_visible()
    told(page, visit, "no camera, microphone works, hears us: not found")


def test_who_closed_the_question_is_asked_again_or_goes_on_without_camera(open_check, visit):
    page = open_check()
    page.evaluate(KEPT)
    page.evaluate(REFUSES, {"name": "NotAllowedError", "message": "Permission dismissed"})
    start(page)
    expect(page.get_by_role("heading", name="The question was closed")).to_be_focused()
    page.evaluate(GIVEN_BACK)
    page.get_by_role("button", name="Go on without camera").click()
    expect(page.locator("[data-result=microphone]")).to_contain_text("works")
    expect(page.locator("[data-result=camera]")).to_contain_text("does not work")


def test_a_browser_that_never_answers_and_a_silent_microphone_are_told_in_time(open_check, visit):
    page = open_check(script=f"{NEVER};")
    page.clock.install()
    page.reload()
    start(page)
    page.clock.run_for(15_500)
    expect(page.get_by_role("heading", name="Your browser has not answered yet")).to_be_focused()
    page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia =
            async () => new AudioContext().createMediaStreamDestination().stream }"""
    )
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Say something")).to_be_visible()
    page.clock.run_for(8_500)
    expect(page.get_by_role("heading", name="We hear nothing")).to_be_visible()
    told(page, visit, "no camera, no microphone: nothing to hear")


@pytest.mark.parametrize(
    ("agent", "heading"),
    [
        (INSTAGRAM, "This window belongs to another app"),
        (AGENTS["android"].replace("14)", "14; wv)"), "This window belongs to another app"),
        (AGENTS["chrome"], "This browser is too old for video"),
    ],
)
def test_a_browser_that_cannot_says_where_to_open_the_page(open_check, visit, agent, heading):
    page = open_check(script=NO_DEVICES, user_agent=agent, permissions=["clipboard-write"])
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_label("Address of this page").locator("visible=true")).to_have_value(
        page.url
    )
    expect(page.get_by_role("button", name="Start the check")).to_have_count(0)
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    elsewhere = page.get_by_role("link", name="Open in the browser")
    if "wv" in agent:
        assert elsewhere.get_attribute("href").startswith("intent://")
    else:
        expect(elsewhere).to_have_count(0)

"""What keeps somebody from being seen or heard, and the way on that the page of the room shows."""

import pytest
from playwright.sync_api import expect

from appointments import links
from tests.browser.visit_call import (
    VisitCall,
    button,
    call_browser,
    card,
    line,
    notice,
    see,
    until_it_promises,
    visit,
)

__all__ = ["call_browser", "visit"]
pytestmark = pytest.mark.django_db(transaction=True)
DEVICES = "MediaDevices.prototype.getUserMedia"
CAMERA_IN_USE = f"""(() => {{ const take = {DEVICES};
    {DEVICES} = function (asked) {{
        return asked.video && !window.freed
            ? Promise.reject(new DOMException('', 'NotReadableError'))
            : take.call(this, asked) }} }})()"""
REFUSED = f"""(() => {{ const take = {DEVICES};
    {DEVICES} = function (asked) {{
        return window.freed ? take.call(this, asked)
            : Promise.reject(new DOMException('', 'NotAllowedError')) }} }})()"""
NO_CAMERA = f"""(() => {{ const take = {DEVICES};
    {DEVICES} = function (asked) {{
        return asked.video ? Promise.reject(new DOMException('', 'NotFoundError'))
            : take.call(this, asked) }} }})()"""
NEVER_SETTLES = f"{DEVICES} = () => new Promise(() => null)"
NO_DEVICES_AT_ALL = """Object.defineProperty(
    Navigator.prototype, 'mediaDevices', {get: () => undefined})"""

# What a test asks of a page counts as a tap for Chromium; here none does but a real one.
NO_SOUND_BEFORE_A_TAP = """(() => { const {play} = HTMLMediaElement.prototype;
    let tapped = false;
    addEventListener('pointerdown', () => tapped = true, true);
    HTMLMediaElement.prototype.play = function () {
        return this.muted || tapped
            ? play.call(this) : Promise.reject(new DOMException('', 'NotAllowedError')) } })()"""
SILENT_MICROPHONE = f"""(() => {{ const take = {DEVICES};
    {DEVICES} = async function (asked) {{
        const stream = await take.call(this, asked);
        const silence = new AudioContext().createMediaStreamDestination();
        const [picture] = stream.getVideoTracks();
        return new MediaStream([...silence.stream.getTracks(), picture]) }} }})()"""
# By which speaker the other is heard.
HEARD_BY = """async label => { const devices = await navigator.mediaDevices.enumerateDevices();
    const {sinkId} = document.querySelector('.call-tile [data-face]');
    return devices.some(device => device.deviceId === sinkId && device.label === label) }"""
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


def test_a_refusal_gets_a_sentence_a_retry_and_the_phone(visit: VisitCall):
    context = visit.context()
    context.add_init_script(REFUSED)
    page = visit.patient(context)
    expect(notice(page, "denied")).to_contain_text("keeps the camera and the microphone")
    expect(card(page, "waiting")).to_be_visible()  # and the place is kept meanwhile
    page.evaluate("window.freed = true")
    button(page, "Try again").click()
    expect(notice(page, "denied")).to_be_hidden()
    assert len(page.evaluate("taken.map(track => track.kind)")) == 2
    page.reload()
    notice(page, "denied").get_by_role("button", name="Go on by phone").click()
    expect(card(page, "phone")).to_contain_text("(615) 555-0117")


def test_whoever_has_no_camera_is_heard_and_a_sound_held_back_comes_with_a_tap(visit: VisitCall):
    context = visit.context(user_agent=IPHONE)
    context.add_init_script(CAMERA_IN_USE)
    context.add_init_script(NO_SOUND_BEFORE_A_TAP)
    patient, doctor = visit.patient(context), visit.doctor()
    expect(notice(patient, "camera-in_use")).to_contain_text("You are heard, but not seen.")
    button(doctor, "Start").click()
    button(patient, "Tap to hear").click()
    expect(notice(patient, "hear")).to_be_hidden()
    see(patient)
    expect(line(doctor)).to_have_text("Good line")
    expect(doctor.locator("[data-tile-words]")).to_have_text("Camera off")
    button(patient, "More").click()
    expect(button(patient, "Devices")).to_be_visible()
    expect(button(patient, "Share screen")).to_have_count(0)  # where it cannot work
    patient.keyboard.press("Escape")
    expect(button(patient, "Devices")).to_have_count(0)
    patient.evaluate("window.freed = true")
    notice(patient, "camera-in_use").get_by_role("button", name="Try again").click()
    expect(notice(patient, "camera-in_use")).to_be_hidden()
    expect(doctor.locator("[data-tile-words]")).to_have_text("")
    see(doctor)


def test_no_camera_no_devices_an_app_that_hangs_and_silence_each_have_a_way_on(visit: VisitCall):
    none = visit.context()
    none.add_init_script(NO_CAMERA)
    page = visit.patient(none)
    expect(notice(page, "camera-none")).to_be_visible()
    button(page, "Go on without camera").click()
    expect(notice(page, "camera-none")).to_be_hidden()

    app = visit.context(permissions=["clipboard-read", "clipboard-write"])
    app.add_init_script(NO_DEVICES_AT_ALL)
    page = visit.patient(app)
    expect(notice(page, "app")).to_contain_text("Open the page in Safari or Chrome")
    button(page, "Copy the link").click()
    expect(button(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url

    hangs = visit.context()
    hangs.add_init_script(NEVER_SETTLES)
    page = hangs.new_page()
    page.clock.install()
    page.goto(visit.room)
    expect(card(page, "waiting")).to_be_visible()
    page.clock.fast_forward(15_000)
    expect(notice(page, "app")).to_be_visible()

    silent = visit.context()
    silent.add_init_script(SILENT_MICROPHONE)
    page = visit.patient(silent)
    expect(notice(page, "silent")).to_contain_text("We hear nothing")
    button(page, "Choose a microphone").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.locator("[data-kind=mic] option").count() > 1


def test_a_speaker_chosen_in_the_check_is_heard_in_the_call_and_kept(visit: VisitCall):
    """Here a browser numbers devices anew with each page: they are found by their names."""
    page = visit.patient(path=f"{links.page(visit.appointment)}room/check/")
    page.get_by_role("button", name="Start the check").click()
    page.get_by_label("Speaker", exact=True).select_option(label="Fake Audio Output 1")
    page.get_by_label("Microphone", exact=True).select_option(label="Fake Audio Input 2")
    page.goto(visit.room)
    button(visit.doctor(), "Start").click()
    see(page)
    until_it_promises(page, HEARD_BY, "Fake Audio Output 1")
    page.wait_for_function("() => taken.findLast(t => t.kind === 'audio').label.endsWith('2')")

    button(page, "More").click()
    button(page, "Devices").click()
    choice = page.locator("[data-kind=speaker]")
    expect(choice.locator("option:checked")).to_have_text("Fake Audio Output 1")
    choice.select_option(label="Fake Audio Output 2")
    until_it_promises(page, HEARD_BY, "Fake Audio Output 2")
    page.reload()
    see(page)
    until_it_promises(page, HEARD_BY, "Fake Audio Output 2")
    page.evaluate("""() => { MediaDevices.prototype.enumerateDevices = async () => [];
        navigator.mediaDevices.dispatchEvent(new Event('devicechange')) }""")
    page.wait_for_function(
        "() => document.querySelector('.call-tile [data-face]').sinkId === ''"
    )  # it was pulled out
    assert visit.complaints == []

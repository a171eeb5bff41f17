"""A line that breaks: what is done by when, and that nothing needs a reload."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import processes
from tests.browser.udp_path import UdpPath
from tests.browser.visit_call import (
    VisitCall,
    button,
    call_browser,
    card,
    hear,
    line,
    notice,
    see,
    until_it_promises,
)
from tests.pages.factories import make_practice
from visits import encounter

__all__ = ["call_browser"]
pytestmark = pytest.mark.django_db(transaction=True)
COUNT = "() => connections.length"
# A fresh look for a path has other credentials within the same connection.
CREDENTIALS = "() => connections.at(-1).localDescription?.sdp.match(/ice-ufrag:(.*)/)[1]"
# How many times smaller than the camera's the picture is to be, 0 for none; how tall it goes out.
SENDS = """async () => { const pc = connections.at(-1), sender = pc.getTransceivers()[1].sender;
    const [{active, scaleResolutionDownBy}] = sender.getParameters().encodings;
    const reports = [...(await sender.getStats()).values()];
    const sent = reports.find(report => report.type === 'outbound-rtp');
    const smaller = active ? scaleResolutionDownBy : 0;
    return {smaller, tall: sent.frameHeight, frames: sent.framesSent} }"""
# Each step lasts for seconds only: all of them are written down.
NOTE = f"""() => {{ window.sent = [];
    setInterval(async () => sent.push(await ({SENDS})()), 100) }}"""
HEARD = """async () => [...(await connections.at(-1).getStats()).values()].find(
    report => report.type === 'inbound-rtp' && report.kind === 'audio').bytesReceived"""
HEALTH = """async samples => { const {PictureSize} = await import(document.querySelector(
        'script[src*="visit/"]').src.replace(/[^/]*$/, 'health.js'));
    const size = new PictureSize(), heights = [];
    for (const loss of samples) { size.hear({loss}); heights.push(size.height); }
    return heights }"""


@pytest.fixture
def path() -> Iterator[UdpPath]:
    with UdpPath() as path:
        yield path


@pytest.fixture
def alone(call_browser: Browser, start_site) -> Iterator[VisitCall]:
    """A visit on a site whose rooms the test starts and kills itself."""
    make_practice()
    with ExitStack() as stack:
        yield VisitCall(call_browser, start_site(), stack)


def through(visit: VisitCall, path: UdpPath):
    """Two contexts whose media goes through `path`."""
    contexts = {"patient": visit.context(), "doctor": visit.context(1280)}
    for context in contexts.values():
        path.lead_through(context)
    return contexts


def rooms_of(visit: VisitCall) -> processes.Process:
    return processes.rooms(visit.site.url, visit.site.rooms_port)


def test_a_path_that_dies_is_looked_for_built_anew_and_at_last_replaced_by_the_phone(
    alone: VisitCall, path: UdpPath
):
    with rooms_of(alone):
        patient, doctor = alone.both(**through(alone, path))
        expect(line(patient)).to_have_text("Good line")
        built, credentials = doctor.evaluate(COUNT), doctor.evaluate(CREDENTIALS)
        path.loss = 1.0
        expect(line(patient)).to_have_text("Reconnecting…")
        expect(line(doctor)).to_have_text("Reconnecting…")
        expect(patient.locator(".call-tile.is-lost")).to_be_visible()
        looked = f"before => ![before, undefined].includes(({CREDENTIALS})()) && ({COUNT})()"
        assert doctor.wait_for_function(looked, arg=credentials).json_value() == built
        doctor.wait_for_function(f"before => ({COUNT})() > before", arg=built)
        for page in (patient, doctor):
            expect(notice(page, "phone")).to_be_visible(timeout=40_000)
            expect(notice(page, "phone")).to_contain_text("(615) 555-0117")
        path.loss = 0.0
        for page in (patient, doctor):
            expect(line(page)).to_have_text("Good line")
            expect(notice(page, "phone")).to_be_hidden()
            see(page)

        steps = doctor.evaluate(HEALTH, [0.3] * 16 + [0] * 60)
    assert [steps[0], steps[4], steps[8], steps[12]] == [720, 480, 240, 0]
    assert [steps[34], steps[36], steps[56], steps[75]] == [0, 240, 480, 720]
    assert alone.complaints == []


def test_on_a_weak_line_the_picture_grows_smaller_and_rests_while_the_sound_goes_on(
    alone: VisitCall, path: UdpPath
):
    with rooms_of(alone):
        patient, doctor = alone.both(**through(alone, path))
        sends(patient, "smaller === 1")
        patient.evaluate(NOTE)
        path.loss = 0.25
        expect(line(patient)).to_have_text("Weak line: sound first")
        patient.wait_for_function("() => sent.at(-1).smaller === 0", timeout=45_000)
        sent = patient.evaluate("sent")
        assert [step for step, _ in groupby(each["smaller"] for each in sent)] == [1, 1.5, 3, 0]
        assert min(each["tall"] for each in sent if each["smaller"] == 1.5) <= 480
        assert min(each["tall"] for each in sent if each["smaller"] == 3) <= 240
        expect(doctor.locator("[data-tile-words]")).to_have_text("Weak line: picture rests")
        heard, frames = doctor.evaluate(HEARD), patient.evaluate(SENDS)["frames"]
        until_it_promises(doctor, f"async before => await ({HEARD})() > before + 2000", heard)
        assert patient.evaluate(SENDS)["frames"] - frames < 5
        path.loss = 0.0
        expect(doctor.locator("[data-tile-words]")).to_have_text("", timeout=60_000)
        sends(patient, f"tall <= 240 && frames > {frames + 10}")


def sends(page: Page, what: str) -> None:
    """Wait until a page sends its picture so."""
    asked = f"async () => {{ const {{smaller, tall, frames}} = await ({SENDS})(); return {what} }}"
    until_it_promises(page, asked, seconds=45)


def test_a_call_goes_on_without_its_signalling_which_comes_back_by_itself(alone: VisitCall):
    with rooms_of(alone) as rooms:
        patient, doctor = alone.both()
        rooms.kill()
        _speak(patient, doctor, "Do you still hear me?")
    expect(line(doctor)).to_have_text("Good line")
    with rooms_of(alone):
        patient.reload()  # which needs the rooms, and they are back
        see(patient)
        patient.evaluate("dispatchEvent(new Event('online'))")  # another network
        _speak(doctor, patient, "Yes.")
        alone.appointment.refresh_from_db()
        encounter.send_back(alone.appointment, by=alone.clinician)
        expect(card(patient, "waiting")).to_be_visible()


def _speak(speaker: Page, listener: Page, text: str) -> None:
    speaker.locator("#call [data-act=chat]").click()
    speaker.get_by_label("Your message").fill(text)
    button(speaker, "Send").click()
    hear(listener, text)


def test_where_no_socket_holds_the_page_still_turns_and_says_who_calls(alone: VisitCall):
    patient = alone.patient()
    expect(notice(patient, "blocked")).to_contain_text("Anna calls you at (615) 555-0117")
    expect(card(patient, "waiting")).to_be_visible()
    encounter.by_phone(alone.appointment, by=alone.clinician)
    expect(card(patient, "phone")).to_be_visible()
    encounter.admit(alone.appointment, by=alone.clinician)
    expect(card(patient, "call")).to_be_visible()


def test_a_call_that_never_connects_is_built_three_times_and_then_goes_to_the_phone(
    alone: VisitCall, path: UdpPath
):
    path.loss = 1.0
    contexts = through(alone, path)
    with rooms_of(alone):
        patient = alone.patient(contexts["patient"])
        doctor = alone.doctor(contexts["doctor"])
        button(doctor, "Start").click()
        expect(line(doctor)).to_have_text("Connecting…")
        expect(notice(doctor, "phone")).to_be_visible(timeout=40_000)
        assert doctor.evaluate(COUNT) >= 4
        expect(notice(patient, "phone")).to_be_visible(timeout=40_000)
        path.loss = 0.0
        see(patient)
        see(doctor)
        expect(notice(doctor, "phone")).to_be_hidden()

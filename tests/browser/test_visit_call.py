"""A visit by video between two browsers, as both see it, from the line to the end."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.visit_call import (
    VisitCall,
    button,
    call_browser,
    card,
    hear,
    line,
    notice,
    see,
    visit,
)
from visits import encounter, guests
from visits.models import Visit, VisitEvent

__all__ = ["call_browser", "visit"]
pytestmark = pytest.mark.django_db(transaction=True)
# As a system or a headset does it: the track has ended, or is silent while somebody telephones.
END_MICROPHONE = """() => { const track = taken.findLast(track => track.kind === 'audio');
    track.stop(); track.dispatchEvent(new Event('ended')) }"""
TELEPHONE_RINGS = """() => { const track = taken.findLast(track => track.kind === 'audio');
    Object.defineProperty(track, 'muted', {get: () => true});
    track.dispatchEvent(new Event('mute')) }"""
LIVE = "kind => taken.filter(track => track.kind === kind && track.readyState === 'live').length"
CLOSED = "() => connections.every(each => each.connectionState === 'closed')"
SHARED = """() => document.querySelector('.call-tile [data-shared]')
    .getVideoPlaybackQuality().totalVideoFrames > 0"""
HIDE = """hidden => { Object.defineProperty(document, 'visibilityState',
    {configurable: true, get: () => hidden ? 'hidden' : 'visible'});
    document.dispatchEvent(new Event('visibilitychange')) }"""


def test_two_people_in_a_call_see_hear_and_read_what_the_other_does(visit: VisitCall):
    patient = visit.patient()
    expect(card(patient, "waiting")).to_contain_text("You are in line. Anna lets you in.")
    expect(patient).to_have_title("Visit")
    assert patient.evaluate("connections.length") == 0  # nobody learns an address yet
    patient.reload()  # which keeps the place
    expect(card(patient, "waiting")).to_be_visible()
    doctor = visit.doctor()
    expect(button(doctor, "Start")).to_be_visible()
    assert barriers(patient, "#call") == []
    patient.set_viewport_size({"width": 390, "height": 800})
    button(doctor, "Start").click()
    see(patient)
    see(doctor)
    expect(line(patient)).to_have_text("Good line")
    assert VisitEvent.objects.filter(kind="knocked").count() == 1

    _mute_and_turn_the_camera_off(patient, doctor)
    _write(patient, doctor)
    _share_a_screen(doctor, patient)
    _lose_devices(patient, doctor)
    _look_away(patient, doctor)
    _move_the_own_picture(patient)
    assert barriers(patient, "#call") == []
    assert visit.complaints == []


def test_a_page_loaded_anew_is_back_by_one_connection_whatever_its_clock_says(visit: VisitCall):
    contexts = {"patient": visit.context(), "doctor": visit.context(1280)}
    for context in contexts.values():
        context.add_init_script("Date.now = () => 1.8e12")  # generations are counted by it
    patient, doctor = visit.both(**contexts)
    for page, other in ((patient, doctor), (doctor, patient)):
        before = other.evaluate("connections.length")
        page.reload()
        see(page)
        assert page.evaluate("connections.length") == 1
        assert other.evaluate("connections.length") == before + 1
    assert visit.complaints == []


def _mute_and_turn_the_camera_off(patient: Page, doctor: Page) -> None:
    button(patient, "Mute").click()
    expect(doctor.locator("[data-tile-words]")).to_have_text("Microphone off")
    hear(doctor, "turned the microphone off.")
    button(patient, "Camera off").click()
    expect(doctor.locator("[data-tile-words]")).to_have_text("Microphone off · Camera off")
    assert patient.evaluate(LIVE, "video") == 0  # so the light beside the lens is off
    button(patient, "Unmute").press("Enter")
    button(patient, "Camera on").press("Enter")
    expect(doctor.locator("[data-tile-words]")).to_have_text("")
    see(doctor)


def _write(patient: Page, doctor: Page) -> None:
    button(patient, "Messages").click()
    field = patient.get_by_label("Your message")
    expect(field).to_be_focused()
    field.fill("<b>Lisinopril</b> 10 mg")
    field.press("Enter")
    expect(doctor.locator("[data-unread]")).to_have_text("1")
    button(doctor, "Messages 1").click()
    log = doctor.get_by_role("log")
    expect(log).to_have_text("Grace Whitfield <b>Lisinopril</b> 10 mg")
    doctor.get_by_label("Your message").fill("Thank you.")
    button(doctor, "Send").click()
    expect(patient.get_by_role("log")).to_contain_text("Anna Berg Thank you.")
    field.press("Escape")
    expect(button(patient, "Messages")).to_be_focused()
    button(doctor, "Close the messages").click()


def _share_a_screen(doctor: Page, patient: Page) -> None:
    button(doctor, "Share screen").click()
    expect(patient.locator("[data-tile-words]")).to_have_text("Shares a screen")
    patient.wait_for_function(SHARED)
    button(doctor, "Stop sharing").click()
    expect(patient.locator("[data-tile-words]")).to_have_text("")


def _lose_devices(patient: Page, doctor: Page) -> None:
    patient.evaluate(END_MICROPHONE)  # the headset was pulled: the default one stands in
    patient.wait_for_function(LIVE, arg="audio")
    expect(patient.locator("#call dialog")).to_be_hidden()
    patient.evaluate(TELEPHONE_RINGS)
    expect(notice(patient, "talk")).to_be_visible()
    button(patient, "Tap to talk again").click()
    expect(notice(patient, "talk")).to_be_hidden()
    assert patient.evaluate(LIVE, "audio") == 1
    expect(line(doctor)).to_have_text("Good line")


def _look_away(patient: Page, doctor: Page) -> None:
    locks = patient.evaluate("locks")
    patient.evaluate(HIDE, True)
    expect(doctor.locator("[data-tile-words]")).to_have_text("Camera paused")
    patient.evaluate(HIDE, False)
    expect(doctor.locator("[data-tile-words]")).to_have_text("")
    assert 0 < locks < patient.evaluate("locks")  # the screen stays lit again


def _move_the_own_picture(patient: Page) -> None:
    own = patient.locator(".call-self")
    move = button(patient, "Move your picture to another corner (also with the arrow keys)")
    move.press("ArrowUp")
    expect(own).to_have_attribute("data-corner", "start-end")
    box, stage = own.bounding_box(), patient.locator(".call-main").bounding_box()
    assert box
    assert stage
    patient.mouse.move(box["x"] + 20, box["y"] + 20)
    patient.mouse.down()
    patient.mouse.move(stage["x"] + 40, stage["y"] + stage["height"] - 60, steps=4)
    patient.mouse.up()
    expect(own).to_have_attribute("data-corner", "end-start")


def test_a_place_is_kept_taken_over_left_and_come_back_to_until_the_clinician_ends(
    visit: VisitCall,
):
    patient, doctor = visit.both()
    patient.reload()
    see(patient)
    doctor.reload()
    see(doctor)
    see(patient)
    second = visit.patient()
    see(second)
    expect(card(patient, "elsewhere")).to_contain_text("in another tab or on another device")
    assert patient.evaluate(LIVE, "video") == patient.evaluate(LIVE, "audio") == 0
    button(patient, "Use it here").click()
    see(patient)
    expect(card(second, "elsewhere")).to_be_visible()

    button(patient, "Leave").click()
    expect(card(patient, "left")).to_be_visible()
    expect(doctor.locator("[data-alone]")).to_contain_text("is not here right now")
    assert patient.evaluate(LIVE, "video") == 0
    button(patient, "Return to the visit").click()
    see(patient)
    see(doctor)

    button(doctor, "Have them wait").click()
    expect(card(patient, "waiting")).to_be_visible()
    patient.wait_for_function(CLOSED)
    button(doctor, "Start").click()
    see(doctor)

    button(patient, "More").click()
    button(patient, "Go on by phone").click()
    expect(card(patient, "phone")).to_contain_text("Anna calls you at (615) 555-0117")
    expect(card(doctor, "phone")).to_contain_text("Call Grace Whitfield at (615) 555-0117")
    assert patient.evaluate(LIVE, "audio") == 0  # the telephone needs it
    button(doctor, "Back to the video").click()
    see(patient)
    see(doctor)

    visit.appointment.refresh_from_db()
    encounter.finish(visit.appointment, by=visit.clinician, outcome=Visit.Outcome.COMPLETED)
    for page in (patient, doctor):
        expect(card(page, "over")).to_be_visible()
        assert page.evaluate(LIVE, "video") == 0
    patient.reload()
    expect(card(patient, "over")).to_be_visible()
    kinds = set(VisitEvent.objects.values_list("kind", flat=True))
    assert kinds >= {"knocked", "admitted", "connected", "path", "left", "sent_back", "by_phone"}
    assert Visit.objects.get().path == "direct"
    assert visit.complaints == []


def test_a_guest_is_let_in_by_themselves_and_three_see_each_other(visit: VisitCall):
    patient, doctor = visit.both()
    guest, token = guests.ask(visit.appointment, name="Maria Ortiz", role="interpreter")
    page = visit.context().new_page()
    page.goto(f"/visits/guest/{token}/")
    expect(card(page, "waiting")).to_contain_text("You are in line.")
    expect(notice(doctor, "guest-1")).to_contain_text("A guest waits to be let in.")
    assert page.evaluate("connections.length") == 0
    button(doctor, "Let the guest in").click()
    for who, seats in (
        (page, ["clinician", "patient"]),
        (patient, ["guest-1"]),
        (doctor, ["guest-1"]),
    ):
        for seat in seats:
            see(who, seat)
    expect(notice(doctor, "guest-1")).to_be_hidden()
    expect(doctor.locator("[data-seat=guest-1] [data-name]")).to_have_text("Maria Ortiz")
    expect(page.locator("[data-seat=patient] [data-name]")).to_have_text("Patient")
    doctor.reload()
    see(doctor, "patient")
    see(doctor, "guest-1")
    assert barriers(patient, "#call") == []
    guests.revoke(guest)
    expect(page.locator("#call")).to_have_count(0)  # the link has ended
    expect(patient.locator("[data-seat=guest-1]")).to_have_count(0)
    expect(line(patient)).to_have_text("Good line")

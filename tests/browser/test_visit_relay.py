"""A call by a relay of the clinic's own: where nothing else gets through, and when it dies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import processes
from tests.browser.relay import SECRET, relay
from tests.browser.udp_path import UdpPath
from tests.browser.visit_call import VisitCall, call_browser, line, notice, see
from tests.pages.factories import make_practice
from visits.models import Visit

__all__ = ["call_browser"]
pytestmark = pytest.mark.django_db(transaction=True)
# No datagram leaves for the other browser: what it says of its own addresses leads nowhere.
NO_UDP = """(() => { const {addIceCandidate, setRemoteDescription} = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.addIceCandidate = async function (candidate) {
        if (/ typ relay/.test(candidate?.candidate)) await addIceCandidate.call(this, candidate) };
    RTCPeerConnection.prototype.setRemoteDescription = function ({type, sdp}) {
        const without = sdp.replace(/a=candidate:(?!.* typ relay).*\\r\\n/g, '');
        return setRemoteDescription.call(this, {type, sdp: without}) } })()"""
# How this side reaches its end of the path that is used: by "udp" or "tcp", to a relay or not.
PATH = """async () => { const reports = [...(await connections.at(-1).getStats()).values()];
    const of = id => reports.find(report => report.id === id);
    const {selectedCandidatePairId: pair} = reports.find(report => report.type === 'transport');
    const {candidateType, relayProtocol} = of(of(pair).localCandidateId);
    return [candidateType, relayProtocol ?? ''] }"""


@pytest.fixture
def hold(call_browser: Browser, start_site) -> Iterator[Callable[..., VisitCall]]:
    """Return a function: a visit on a site with these settings, and its rooms."""
    make_practice()
    with ExitStack() as stack:

        def begin(**environ: str) -> VisitCall:
            site = start_site(TURN_SECRET=SECRET, **environ)
            rooms = processes.rooms(site.url, site.rooms_port, TURN_SECRET=SECRET, **environ)
            stack.enter_context(rooms)
            return VisitCall(call_browser, site, stack)

        yield begin


def contexts(visit: VisitCall, script: str = "") -> dict[str, BrowserContext]:
    both = {"patient": visit.context(), "doctor": visit.context(1280)}
    for context in both.values():
        if script:
            context.add_init_script(script)
    return both


def good(*pages: Page) -> None:
    for page in pages:
        expect(line(page)).to_have_text("Good line", timeout=40_000)
        see(page)


def test_where_no_datagram_gets_through_the_call_goes_by_one_port_of_tcp(hold, tmp_path: Path):
    port = processes.free_port()
    visit = hold(TURN_URLS=f"turn:127.0.0.1:{port}?transport=tcp")
    # From an address of its own: who was not let through there is not heard.
    with relay(tmp_path, port, relay_ip="127.0.0.2"):
        patient, doctor = visit.both(**contexts(visit, NO_UDP))
        good(patient, doctor)
        for page in (patient, doctor):
            assert page.evaluate(PATH) == ["relay", "tcp"]
    assert Visit.objects.get().path == "relay"
    assert visit.complaints == []


def test_a_path_that_lets_no_picture_through_is_left_for_the_relay_after_20_seconds(
    hold, tmp_path: Path
):
    port = processes.free_port()
    visit = hold(TURN_URLS=f"turn:127.0.0.1:{port}")
    with relay(tmp_path, port), UdpPath(spares_relays=True) as path:
        both = contexts(visit)
        for context in both.values():
            path.lead_through(context)
        patient, doctor = visit.both(**both)
        assert doctor.evaluate(PATH)[0] != "relay"
        path.only_checks = True
        expect(line(doctor)).to_have_text("Reconnecting…")
        policy = "connections.at(-1).getConfiguration().iceTransportPolicy === 'relay'"
        doctor.wait_for_function(f"() => {policy}", timeout=40_000)
        good(patient, doctor)
        assert doctor.evaluate(PATH)[0] == "relay"
        for page in (patient, doctor):
            expect(notice(page, "phone")).to_be_hidden()


def test_a_call_outlives_a_relay_that_is_killed_and_comes_back(hold, tmp_path: Path):
    port = processes.free_port()
    visit = hold(TURN_URLS=f"turn:127.0.0.1:{port}", RELAY_ONLY="on")
    with relay(tmp_path, port):
        patient, doctor = visit.both(**contexts(visit))
        good(patient, doctor)
        assert [page.evaluate(PATH)[0] for page in (patient, doctor)] == ["relay", "relay"]
    expect(line(patient)).to_have_text("Reconnecting…")
    expect(line(doctor)).to_have_text("Reconnecting…")
    with relay(tmp_path, port):
        good(patient, doctor)
    assert visit.complaints == []

"""What browsers may say over a socket: kinds, fields and sizes, and who may say it to whom."""

import json

import pytest

from visits.signalling import protocol
from visits.signalling.protocol import Code, Message, Refused

CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.1 5 typ host", "sdpMLineIndex": 0}


def read(sender: str, **said):
    return protocol.read(json.dumps(said), sender)


def refused(sender: str, said) -> Code:
    with pytest.raises(Refused) as caught:
        protocol.read(said if isinstance(said, str | bytes) else json.dumps(said), sender)
    return caught.value.code


def test_what_is_passed_on_is_written_anew_from_what_is_known():
    message = read(
        "clinician", t="offer", g=3, sdp="v=0", to="patient", evil="<script>", **{"from": "guest-1"}
    )
    assert message == Message("offer", "patient", 3, "v=0")
    assert json.loads(message.text("clinician")) == {
        **{"t": "offer", "from": "clinician", "g": 3},
        "sdp": "v=0",
    }
    ice = read("patient", t="ice", g=3, candidate=CANDIDATE | {"address": "192.0.2.1"})
    assert json.loads(ice.text("patient"))["candidate"] == CANDIDATE
    assert read("patient", t="ice", g=3, candidate=None).body is None
    assert json.loads(read("patient", t="bye").text("patient")) == {"t": "bye", "from": "patient"}
    assert read("patient", t="again", g=0, why="reload").to == "clinician"


def test_a_kind_that_nobody_knows_is_dropped():
    assert read("patient", t="wave") is None
    assert read("patient", t="hello", ticket="x") is None
    assert read("patient") is None


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        *(("patient", "clinician"), ("guest-1", "clinician")),
        *(("guest-2", "patient"), ("guest-2", "guest-1")),
    ],
)
def test_of_two_seats_one_offers_and_the_other_asks_and_answers(sender, to):
    offer = {"t": "offer", "g": 1, "sdp": "v=0"}
    assert refused(sender, offer | {"to": to}) == Code.ROLE
    assert read(to, **offer, to=sender).kind == "offer"
    for said in ({"t": "answer", "g": 1, "sdp": "v=0"}, {"t": "again", "g": 1, "why": ""}):
        assert read(sender, **said, to=to).to == to
        assert refused(to, said | {"to": sender}) == Code.ROLE


@pytest.mark.parametrize(
    "said",
    [
        *("", "[]", "no", "[" * 30_000, "null", '{"t":'),
        b"\x00",
        {"t": "answer", "g": -1, "sdp": "v=0"},
        {"t": "answer", "g": True, "sdp": "v=0"},
        {"t": "answer", "g": 1.5, "sdp": "v=0"},
        {"t": "answer", "g": 10**9, "sdp": "v=0"},
        {"t": "answer", "g": 1, "sdp": None},
        {"t": "answer", "g": 1, "sdp": "x" * 28_001},
        {"t": "answer", "g": 1, "sdp": "v=0", "to": "patient"},
        {"t": "answer", "g": 1, "sdp": "v=0", "to": "guest-3"},
        {"t": "answer", "g": 1, "sdp": "v=0", "to": ["clinician"]},
        {"t": "again", "g": 1, "why": "x" * 41},
        {"t": "ice", "g": 1, "candidate": "x"},
        {"t": "ice", "g": 1, "candidate": {"candidate": 5}},
        {"t": "ice", "g": 1, "candidate": {"sdpMLineIndex": True}},
        {"t": "ice", "g": 1, "candidate": {"candidate": "x" * 1_001}},
    ],
    ids=lambda said: str(said)[:50],
)
def test_what_is_no_message_is_refused(said):
    assert refused("patient", said) == Code.BAD


def test_the_first_message_is_a_ticket_and_nothing_else():
    assert protocol.read_hello('{"t": "hello", "ticket": "abc"}') == "abc"
    for said in ('{"t": "offer"}', '{"t": "hello"}', '{"t":"hello","ticket":["a"]}'):
        with pytest.raises(Refused) as caught:
            protocol.read_hello(said)
        assert caught.value.code == Code.TICKET

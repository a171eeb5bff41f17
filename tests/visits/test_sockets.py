"""The process of the rooms, by real sockets: who gets in, who does not, and what is said."""

import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from datetime import timedelta
from time import monotonic

import pytest
import time_machine
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests import processes
from tests.visits.rooms import Socket, make_ticket
from visits.models.visits import new_room
from visits.signalling import tickets
from visits.signalling.room import State
from visits.signalling.server import HELLO_WITHIN, STRANGERS

pytestmark = pytest.mark.django_db  # the process finds the test database, also for these alone
PROXY = "127.0.0.0/8"
STRANGER = {"X-Forwarded-For": "198.51.100.7"}


@pytest.fixture(scope="module")
def rooms(django_db_setup):
    with processes.rooms("http://clinic.test", TRUSTED_PROXIES=PROXY) as started:
        yield started


@pytest.fixture
def stack():
    with ExitStack() as entered:
        yield entered


def sit(stack, rooms, room, seat, **more):
    return Socket.seated(stack, rooms, make_ticket(room, seat, **more))


def refused_with(rooms, ticket: str) -> int | None:
    with Socket(rooms) as socket:
        socket.say("hello", ticket=ticket)
        return socket.closed_with()


def test_two_browsers_are_told_of_each_other_and_find_each_other(stack, rooms):
    room = new_room()
    patient = sit(stack, rooms, room, "patient")
    assert patient.you["phase"] == "admitted"
    assert patient.you["here"] == []
    clinician = sit(stack, rooms, room, "clinician")
    assert clinician.you["here"] == ["patient"]
    assert clinician.you["server"] == patient.you["server"]
    assert patient.hear() == {"t": "here", "seat": "clinician"}
    clinician.say("offer", g=1, sdp="v=0", to="patient", more="is dropped")
    assert patient.hear() == {"t": "offer", "from": "clinician", "g": 1, "sdp": "v=0"}
    patient.say("answer", g=1, sdp="v=1", to="clinician")
    assert clinician.hear() == {"t": "answer", "from": "patient", "g": 1, "sdp": "v=1"}
    patient.say("something else")
    patient.say("ice", g=1, candidate=None, to="clinician")
    assert clinician.hear() == {"t": "ice", "from": "patient", "g": 1, "candidate": None}
    patient.socket.close()
    assert clinician.hear() == {"t": "gone", "seat": "patient"}


def test_a_second_device_takes_the_seat_over(stack, rooms):
    room = new_room()
    first = sit(stack, rooms, room, "patient")
    sit(stack, rooms, room, "patient")
    assert first.closed_with() == 4409


def test_a_ticket_opens_one_socket_within_a_minute(stack, rooms):
    ticket = make_ticket(new_room(), "patient")
    Socket.seated(stack, rooms, ticket)
    assert refused_with(rooms, ticket) == 4401  # used
    with time_machine.travel(timezone.now() - timedelta(seconds=61)):
        old = make_ticket(new_room(), "patient")
    assert refused_with(rooms, old) == 4401
    made = make_ticket(new_room(), "patient")
    assert refused_with(rooms, made.replace(":patient:", ":clinician:")) == 4401
    assert refused_with(rooms, f"{new_room()}{made[22:]}") == 4401  # of another visit
    assert refused_with(rooms, "") == 4401
    nobody = tickets._SIGNER.sign(f"{new_room()}:nobody:admitted:1::{'n' * 16}")
    assert refused_with(rooms, nobody) == 4401


def test_a_ticket_from_before_a_change_opens_nothing(stack, rooms):
    room = new_room()
    before = make_ticket(room, "clinician", number=1)
    sit(stack, rooms, room, "patient", number=2)
    assert refused_with(rooms, before) == 4401


def test_a_seat_says_only_what_is_its_own(stack, rooms):
    room = new_room()
    patient = sit(stack, rooms, room, "patient")
    clinician = sit(stack, rooms, room, "clinician")
    patient.say("offer", g=1, sdp="v=0", to="clinician")
    assert patient.closed_with() == 4403
    assert clinician.hear("gone")["seat"] == "patient"
    other = sit(stack, rooms, new_room(), "clinician", phase="waiting")
    other.say("offer", g=1, sdp="v=0", to="patient")
    assert other.closed_with() == 4403


@pytest.mark.parametrize("origin", ["http://evil.test", None, "null"])
def test_a_page_of_somebody_else_opens_no_socket(rooms, origin):
    with pytest.raises(InvalidStatus) as caught, Socket(rooms, origin=origin):
        pass
    assert caught.value.response.status_code == 403


def test_only_the_rooms_address_is_served(rooms):
    rooms_url = rooms.url
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{rooms_url}/admin/")
    assert caught.value.code == 404
    caught.value.close()


def test_what_is_too_large_or_no_message_closes_the_socket(stack, rooms):
    large = sit(stack, rooms, new_room(), "patient")
    large.say("answer", g=1, sdp="x" * 40_000)
    assert large.closed_with() == 1009
    bytes_ = sit(stack, rooms, new_room(), "patient")
    bytes_.socket.send(b"\x00\x01")
    assert bytes_.closed_with() == 4400
    with Socket(rooms) as first:
        first.say("offer", g=1, sdp="v=0")
        assert first.closed_with() == 4401


def test_too_many_messages_close_the_socket(stack, rooms):
    clinician = sit(stack, rooms, new_room(), "clinician")
    with suppress(ConnectionClosed):
        for _ in range(200):  # twenty are counted from one second to the next
            clinician.say("bye")
    assert clinician.closed_with() == 4429


def test_who_says_nothing_is_closed_and_keeps_no_others_out(rooms):
    """Of one network four may be silent; each for five seconds at most."""
    with ExitStack() as stack:
        silent, came = [], []

        def come_until_refused() -> None:
            while True:
                came.append(monotonic())
                silent.append(stack.enter_context(Socket(rooms, additional_headers=STRANGER)))

        with pytest.raises(InvalidStatus) as caught:
            come_until_refused()
        assert caught.value.response.status_code == 429
        *came, refused = came
        # None of these has been closed by then, however slow the machine.
        assert sum(refused - each < HELLO_WITHIN for each in came) <= STRANGERS <= len(came)
        other = {"X-Forwarded-For": "203.0.113.9"}
        stack.enter_context(Socket(rooms, additional_headers=other))
        assert {each.closed_with() for each in silent} == {4408}
        stack.enter_context(Socket(rooms, additional_headers=STRANGER))


def test_a_guest_who_was_let_in_takes_part(stack, rooms):
    room, both = new_room(), State(3, "live", ("guest-1",))
    patient = Socket.seated(stack, rooms, tickets.make(room, "patient", both))
    guest = Socket.seated(stack, rooms, tickets.make(room, "guest-1", both))
    assert guest.you["phase"] == "live"
    assert guest.you["here"] == ["patient"]
    patient.say("offer", g=1, sdp="v=0", to="guest-1")
    assert guest.hear("offer")["from"] == "patient"
    waits = Socket.seated(stack, rooms, tickets.make(room, "guest-2", both))
    assert waits.you["phase"] == "waiting"
    assert waits.you["here"] == []


def test_a_process_that_ends_sends_everybody_for_a_new_ticket(stack):
    with processes.rooms("http://clinic.test") as ending:
        socket = sit(stack, ending, new_room(), "patient")
        ending.process.terminate()
        assert socket.closed_with() == 1012


def test_the_log_names_nobody(stack, rooms):
    room = new_room()
    sit(stack, rooms, room, "patient")
    refused_with(rooms, make_ticket(room, "patient") + "x")
    with pytest.raises(InvalidStatus), Socket(rooms, origin="http://evil.test"):
        pass
    for word in (room, "198.51.100.7", "evil", "v=0"):
        assert word not in rooms.output()

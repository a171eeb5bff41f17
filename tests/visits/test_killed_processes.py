"""The rooms, Valkey and PostgreSQL killed: who waits keeps their place, and calls go on."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from redis import Redis

from devstack import valkey
from devstack.site_processes import tether
from tests import processes
from tests.core.staff.people import make_staff
from tests.visits.rooms import Socket, ask, make_ticket, make_visit_now, ticket_of
from visits import encounter
from visits.models.visits import new_room
from visits.signalling import channel, publish
from visits.signalling.channel import News
from visits.signalling.room import State

SITE = "http://127.0.0.1"


@pytest.fixture
def stack():
    with ExitStack() as entered:
        yield entered


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def own_valkey(socket) -> Iterator[subprocess.Popen]:
    """A Valkey of this test's own, which it may kill."""
    command = [valkey._program(), "--unixsocket", str(socket), "--port", "0", "--save", ""]
    with subprocess.Popen([*tether(), *map(str, command)], stdout=subprocess.DEVNULL) as server:
        until(lambda: _answers(socket))
        try:
            yield server
        finally:
            server.kill()


def _answers(socket) -> bool:
    try:
        return bool(Redis(unix_socket_path=str(socket)).ping())
    except OSError:
        return False
    except Exception:  # redis' own, of one that begins
        return False


def talk(stack, rooms, room: str) -> tuple[Socket, Socket]:
    """Two people in a room, the clinician's offer on its way."""
    patient = Socket.seated(stack, rooms, make_ticket(room, "patient"))
    clinician = Socket.seated(stack, rooms, make_ticket(room, "clinician"))
    say_and_hear(clinician, patient)
    return patient, clinician


def say_and_hear(clinician: Socket, patient: Socket) -> None:
    clinician.say("offer", g=1, sdp="v=0", to="patient")
    assert patient.hear("offer")["sdp"] == "v=0"


@pytest.mark.django_db(transaction=True)
def test_killed_and_started_again_the_rooms_hold_what_the_database_says(stack):
    visit, by = make_visit_now(), make_staff()
    said = ask(visit)
    with processes.rooms(SITE) as first:
        patient = Socket.seated(stack, first, said["ticket"])
        until(lambda: publish.who_is_here(encounter.find(visit).room) == ["patient"])
        encounter.admit(visit, by=by)
        assert patient.hear("phase")["phase"] == "admitted"
        os.kill(first.process.pid, signal.SIGKILL)
        assert patient.closed_with() is None
        port = first.url.rpartition(":")[2]
    assert ask(visit)["phase"] == "admitted"  # pages know it without the process
    with processes.rooms(SITE, port) as second:
        until(lambda: publish.rooms_in_use() == [])
        with Socket(second) as again:  # a ticket that was used before is remembered elsewhere
            again.say("hello", ticket=said["ticket"])
            assert again.closed_with() == 4401
        patient = Socket.seated(stack, second, ask(visit)["ticket"])
        assert patient.you["phase"] == "admitted"
        clinician = Socket.seated(stack, second, ticket_of(visit, "clinician"))
        say_and_hear(clinician, patient)


def test_with_valkey_killed_calls_go_on_and_who_waits_comes_again_for_what_the_site_knows(
    stack, tmp_path
):
    address = tmp_path / "v.sock"
    cache = f"unix://{address}?db=1"
    with own_valkey(address) as server, processes.rooms(SITE, CACHE_URL=cache) as rooms:
        room, waits = new_room(), new_room()
        patient, clinician = talk(stack, rooms, room)
        waiting = Socket.seated(stack, rooms, make_ticket(waits, "patient", "waiting"))
        used = make_ticket(new_room(), "clinician", "waiting")
        Socket.seated(stack, rooms, used)
        server.kill()
        server.wait()
        say_and_hear(clinician, patient)
        assert waiting.closed_with() == 1012
        # By the ticket they come back with they are let in, though nobody could be told.
        back = Socket.seated(stack, rooms, make_ticket(waits, "patient", "admitted", 2))
        assert back.you["phase"] == "admitted"
        with Socket(rooms) as again:
            again.say("hello", ticket=used)
            assert again.closed_with() == 4401
        with own_valkey(address):
            # Something may have been said meanwhile: everybody comes for it.
            assert [patient.closed_with(), back.closed_with()] == [1012, 1012]
            patient = Socket.seated(stack, rooms, make_ticket(room, "patient"))
            news = News(room, State(2, "over"), channel.Code.OVER)
            Redis(unix_socket_path=str(address)).publish(channel.name(), news.text())
            assert patient.hear("phase")["phase"] == "over"
            assert patient.closed_with() == 4410


def test_a_valkey_that_hangs_is_noticed_too(stack, tmp_path):
    address = tmp_path / "v.sock"
    with own_valkey(address) as server, processes.rooms(SITE, CACHE_URL=f"unix://{address}") as r:
        waiting = Socket.seated(stack, r, make_ticket(new_room(), "patient", "waiting"))
        server.send_signal(signal.SIGSTOP)
        assert waiting.closed_with(patience=30) == 1012
        server.send_signal(signal.SIGCONT)


def test_the_rooms_ask_no_database(stack):
    with processes.rooms(SITE, DEBUG="on", DATABASE_URL="postgres://a@127.0.0.1:1/b") as rooms:
        talk(stack, rooms, new_room())


def test_to_tell_a_room_never_fails_whoever_is_away(settings):
    dead = settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/v.sock?db=1"}
    settings.CACHES = settings.CACHES | {"default": dead}
    assert publish.tell(News(new_room(), State(1, "over"))) is False
    assert publish.who_is_here(new_room()) == []
    assert publish.rooms_in_use() == []

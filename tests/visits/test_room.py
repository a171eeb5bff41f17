"""One room as a value: what each event makes it say, and to whom."""

import json

import pytest

from visits.signalling.protocol import Code, Message, Refused
from visits.signalling.room import Close, Room, Send, State

WAITING, ADMITTED = State(1, "waiting"), State(2, "admitted")


def room_with(*seats: str, state: State = ADMITTED) -> Room:
    room = Room(state)
    for seat in seats:
        room.enter(seat, f"socket of {seat}", state)
    return room


def said(effects) -> list[tuple[str, dict]]:
    return [(each.seat, json.loads(each.text)) for each in effects if isinstance(each, Send)]


def offer(g: int, to: str = "patient") -> Message:
    return Message("offer", to, g, "v=0")


def test_nothing_is_passed_on_before_the_patient_is_let_in():
    room = room_with("patient", "clinician", state=WAITING)
    with pytest.raises(Refused) as caught:
        room.say("clinician", offer(1))
    assert caught.value.code == Code.ROLE
    assert said(room.learn(ADMITTED)) == [
        ("patient", {"t": "phase", "phase": "admitted"}),
        ("clinician", {"t": "phase", "phase": "admitted"}),
    ]
    assert [seat for seat, _ in said(room.say("clinician", offer(1)))] == ["patient"]


def test_what_is_older_than_what_holds_is_not_believed():
    room = room_with("patient", state=State(5, "waiting"))
    assert room.learn(State(4, "admitted")) == []
    with pytest.raises(Refused) as caught:
        room.enter("clinician", "late", State(4, "admitted"))
    assert caught.value.code == Code.TICKET
    assert room.phase_for("patient") == "waiting"


def test_a_second_socket_takes_the_seat_over_and_the_first_leaving_changes_nothing():
    room = room_with("patient", "clinician")
    effects = room.enter("patient", "another", ADMITTED)
    assert Close("socket of patient", Code.TAKEN_OVER) in effects
    assert said(effects) == [("clinician", {"t": "here", "seat": "patient"})]
    assert room.lost("patient", "socket of patient") is False
    assert room.seen_by("clinician") == ["patient"]


def test_who_comes_back_within_seconds_has_not_gone():
    room = room_with("patient", "clinician")
    patient, clinician = room.sockets["patient"], room.sockets["clinician"]
    assert room.lost("patient", patient)
    assert room.seen_by("clinician") == ["patient"]
    room.enter("patient", "another", ADMITTED)
    assert room.gone("patient") == []
    room.lost("patient", "another")
    assert said(room.gone("patient")) == [("clinician", {"t": "gone", "seat": "patient"})]
    room.lost("clinician", clinician)
    room.gone("clinician")
    assert room.is_empty


def test_of_older_generations_nothing_is_passed_on():
    room = room_with("patient", "clinician")
    room.say("clinician", offer(2))
    assert room.say("patient", Message("answer", "clinician", 1, "v=0")) == []
    assert room.say("patient", Message("ice", "clinician", 3, None)) == []
    assert room.say("clinician", offer(1)) == []
    assert len(room.say("patient", Message("answer", "clinician", 2, "v=0"))) == 1
    assert len(room.say("patient", Message("again", "clinician", 0, "reload"))) == 1
    room.enter("clinician", "reloaded", ADMITTED)  # which counts from the beginning
    assert len(room.say("clinician", offer(1))) == 1


def test_a_guest_waits_and_sees_nobody_until_they_are_let_in_themselves():
    room = room_with("patient", "clinician", "guest-1")
    assert room.phase_for("guest-1") == "waiting"
    assert room.seen_by("guest-1") == []
    assert "guest-1" in room.seen_by("patient")
    for sender, message in (("clinician", offer(1, "guest-1")), ("patient", offer(1, "guest-1"))):
        with pytest.raises(Refused):
            room.say(sender, message)
    assert said(room.learn(State(3, "admitted", ("guest-1",)))) == [
        ("guest-1", {"t": "phase", "phase": "admitted"}),
        ("guest-1", {"t": "here", "seat": "clinician"}),
        ("guest-1", {"t": "here", "seat": "patient"}),
    ]
    assert room.seen_by("guest-1") == ["clinician", "patient"]
    assert len(room.say("patient", offer(1, "guest-1"))) == 1
    assert said(room.learn(State(4, "over", ("guest-1",))))[-1][1]["phase"] == "over"


def test_sockets_are_closed_by_their_seats():
    room = room_with("patient", "clinician")
    assert room.end(Code.OVER, ["clinician", "guest-2"]) == [
        Close("socket of clinician", Code.OVER)
    ]
    assert list(room.sockets) == ["patient"]


def test_what_is_left_over_of_a_generation_keeps_no_new_one_out():
    room = room_with("patient", "clinician")
    room.say("clinician", offer(900_000))
    room.enter("clinician", "loaded anew", ADMITTED)
    late = Message("ice", "clinician", 900_000, {"candidate": "x"})
    room.say("patient", late)
    assert [seat for seat, _ in said(room.say("clinician", offer(1)))] == ["patient"]


def test_a_guest_who_is_in_says_nothing_to_one_who_waits_and_is_not_sent_out_for_it():
    room = room_with("guest-1", "guest-2", state=State(3, "admitted", ("guest-2",)))
    assert room.say("guest-2", Message("again", "guest-1", 0, "here")) == []


def test_whom_a_guest_leaves_behind_is_told_at_once_that_they_are_gone():
    room = room_with("patient", "guest-1", state=State(3, "admitted", ("guest-1",)))
    assert said(room.end(Code.RESTART, ["guest-1"])) == [
        ("patient", {"t": "gone", "seat": "guest-1"})
    ]

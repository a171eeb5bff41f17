"""One Idempotency-Key, one change: sent twice, at once, after a crash, or with something else."""

import json
import threading
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.api import changes
from appointments.models import Appointment
from core.api.models import IdempotentRequest
from core.api.tasks import purge
from core.mail.models import OutgoingEmail
from tests.api.program import Program, iso, wanted
from tests.factories import make_appointment, make_provider, make_service, monday

pytestmark = pytest.mark.django_db
KEY, OTHER = "a-key-of-its-own", "another-key"


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def service():
    return make_service(providers=[make_provider(), make_provider(), make_provider()])


def test_the_same_request_gets_the_same_answer_and_is_done_once(program, service):
    sent = wanted(service, monday())
    first, second = (program.post("/bookings", sent, once=KEY) for _ in range(2))
    assert (first.status, first.text) == (second.status, second.text)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Appointment.objects.count() == OutgoingEmail.objects.count() == 1


def test_what_was_refused_stays_refused_though_it_could_be_had_now(program, service):
    visits = [
        make_appointment(service=service, provider=who, starts_at=monday())
        for who in service.providers.all()
    ]
    sent = wanted(service, monday())
    first = program.post("/bookings", sent, once=KEY)
    visits[0].delete()
    second = program.post("/bookings", sent, once=KEY)
    assert (first.problem, first.json) == ("slot_taken", second.json)
    assert program.post("/bookings", sent, once=OTHER).status == 201


def test_another_request_with_the_same_key_is_refused(program, service):
    program.post("/bookings", wanted(service, monday()), once=KEY)
    answer = program.post("/bookings", wanted(service, monday("11:00")), once=KEY)
    assert (answer.status, answer.problem) == (422, "idempotency_key_reused")
    uid = Appointment.objects.get().uid
    assert program.post(f"/bookings/{uid}/cancel", {}, once=KEY).status == 422
    assert Appointment.objects.get().status == "booked"


def test_keys_of_two_programs_are_two_keys(program, service):
    sent = wanted(service, monday())
    mine, theirs = (each.post("/bookings", sent, once=KEY) for each in (program, Program()))
    assert mine.json["id"] != theirs.json["id"]


def test_what_was_mistyped_may_be_sent_again_with_the_same_key(program, service):
    wrong = program.post("/bookings", wanted(service, monday(), email="x"), once=KEY)
    assert wrong.problem == "invalid"
    assert program.post("/bookings", wanted(service, monday()), once=KEY).status == 201


@pytest.mark.parametrize("key", ["short", "x" * 101, "two words", "naïve-key"])
def test_a_change_without_a_sound_key_is_refused(program, service, key):
    answer = program.post("/bookings", wanted(service, monday()), once=key)
    assert (answer.problem, answer.fields) == ("invalid", {"Idempotency-Key"})
    assert not Appointment.objects.exists()


def test_a_move_and_a_cancellation_are_done_once(program, service):
    uid = program.post("/bookings", wanted(service, monday())).json["id"]
    for step, sent in (("move", {"starts_at": iso(monday("11:00"))}), ("cancel", {})):
        first, second = (
            program.post(f"/bookings/{uid}/{step}", sent, once=f"{step}-{KEY}") for _ in range(2)
        )
        assert (first.status, first.text) == (200, second.text)
    assert Appointment.objects.get().sequence == 2


def test_after_a_crash_between_booking_and_answer_the_booking_is_found(program, service):
    """The worker dies once the visit is committed. Its lease ends, and the program asks again."""
    sent = wanted(service, monday())
    first = program.post("/bookings", sent, once=KEY)
    IdempotentRequest.objects.update(done_at=None, subject=None)
    assert program.post("/bookings", sent, once=KEY).problem == "request_in_progress"
    IdempotentRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    again = program.post("/bookings", sent, once=KEY)
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert Appointment.objects.count() == 1


def test_after_an_error_of_ours_nothing_is_left_and_it_can_be_sent_again(
    program, service, monkeypatch
):
    program.client.raise_request_exception = False
    sent = wanted(service, monday())
    with monkeypatch.context() as patch:
        patch.setattr(changes.visits, "book", lambda **_: 1 / 0)
        assert program.post("/bookings", sent, once=KEY).status == 500
    assert not IdempotentRequest.objects.exists()
    assert program.post("/bookings", sent, once=KEY).status == 201
    assert Appointment.objects.count() == 1


def test_what_is_stored_names_nobody_and_goes_after_two_days(program, service):
    program.post("/bookings", wanted(service, monday()), once=KEY)
    stored = str(IdempotentRequest.objects.values().get())
    for word in ("Grace", "Whitfield", "grace@", "615", "1988", KEY):
        assert word not in stored
    purge()
    assert IdempotentRequest.objects.exists()
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=49))
    purge()
    assert not IdempotentRequest.objects.exists()


# ── at once ──


def race(site, program: Program, sent: dict, keys: list[str]) -> list[tuple[int, str]]:
    """Status and booking of each answer, of requests that all are sent in the same moment."""
    start, answers = threading.Barrier(len(keys)), list[tuple[int, str]]()

    def ask(key: str) -> None:
        request = urllib.request.Request(
            f"{site.url}/api/v1/bookings",
            json.dumps(sent).encode(),
            program.headers() | {"Content-Type": "application/json", "Idempotency-Key": key},
        )
        start.wait()
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answers.append((response.status, json.load(response)["id"]))
        except urllib.error.HTTPError as error:
            answers.append((error.code, json.load(error)["type"]))

    threads = [threading.Thread(target=ask, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(keys)
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_key_one_books_and_with_keys_of_their_own_many_do(live_site):
    """The second half is the control: without the same key the same requests book several."""
    service = make_service(providers=[make_provider() for _ in range(4)])
    program = Program()
    sent = wanted(service, monday())
    answers = race(live_site, program, sent, [KEY] * 8)
    [visit] = Appointment.objects.visits()
    assert {status for status, _ in answers} <= {201, 409}
    assert {found for status, found in answers if status == 201} == {str(visit.uid)}
    assert {found for status, found in answers if status == 409} <= {
        "urn:curednation:problem:request_in_progress"
    }
    race(live_site, program, sent, [f"{OTHER}-{nth}" for nth in range(4)])
    assert Appointment.objects.visits().count() > 2

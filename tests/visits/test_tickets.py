"""What the patient's page asks of the site: a ticket where the room is open, and what holds."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appointments import links
from appointments.booking import visits
from appointments.models import Appointment, Status
from core.database import database_time
from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_appointment, make_provider
from tests.visits.rooms import address, ask, make_clinician, make_visit_now
from visits import encounter
from visits.models import Visit, VisitEvent
from visits.signalling import tickets

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("minutes", "phase", "gives"),
    [(16, "early", False), (14, "waiting", True), (-89, "waiting", True), (-91, "closed", False)],
)
def test_the_room_opens_a_quarter_before_and_closes_an_hour_after(minutes, phase, gives):
    visit = make_visit_now(begun=-minutes)
    said = ask(visit)
    assert (said["phase"], said["ticket"] is not None) == (phase, gives)
    assert bool(said["socket"]) is gives
    assert said["words"]


def test_who_was_let_in_is_not_cut_off_by_the_clock():
    visit = make_visit_now()
    ask(visit)
    encounter.admit(visit, by=make_staff())
    with time_machine.travel(visit.ends_at + timedelta(hours=3)):
        assert ask(visit)["phase"] == "admitted"
    with time_machine.travel(visit.ends_at + timedelta(hours=4)):
        assert ask(visit)["phase"] == "closed"


def test_to_open_the_page_is_to_knock_once_and_checks_nobody_in():
    visit = make_visit_now()
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "open"
    assert not Visit.objects.exists()
    assert ask(visit)["phase"] == "waiting"
    came = Visit.objects.get().knocked_at
    assert ask(visit)["phase"] == "waiting"  # a reload keeps the place
    assert Visit.objects.get().knocked_at == came
    assert [event.kind for event in VisitEvent.objects.all()] == ["knocked"]
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_a_ticket_says_the_room_the_seat_and_what_holds():
    visit = make_visit_now()
    ticket = tickets.read(ask(visit)["ticket"])
    assert (ticket.room, ticket.seat) == (Visit.objects.get().room, "patient")
    assert ticket.state.phase == "waiting"
    other = make_visit_now(provider=make_provider())
    assert tickets.read(ask(other)["ticket"]).room != ticket.room


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        *(("cancelled", "cancelled"), ("released", "cancelled")),
        *(("completed", "over"), ("no_show", "over")),
        *(("expired", "closed"), ("checked_in", "waiting")),
    ],
)
def test_every_status_has_its_answer(status, phase):
    visit = make_visit_now(status=status)
    said = ask(visit)
    assert said["phase"] == phase
    assert said["words"]
    assert said["look_again_after"] in (5, 60)


def _held() -> Appointment:
    until = database_time.now() + timedelta(hours=1)
    return make_appointment(status="held", held_until=until, provider=make_provider())


def test_a_link_that_proved_no_address_opens_nothing_and_tells_nothing_of_a_visit_that_waits():
    booked, waiting = make_visit_now(begun=-10), _held()
    for name in ("ticket", "phone", "leave", "report"):
        said = [
            Client().post(
                reverse(f"visits:{name}", args=[links.HANDED[links.Purpose.VISIT].sign(each.key)]),
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            for each in (booked, waiting)
        ]
        assert [each.status_code for each in said] == [403, 403]
        assert said[0].content == said[1].content
    assert not Visit.objects.exists()


def test_only_a_page_of_ours_asks_and_only_by_post():
    visit = make_visit_now()
    client = Client(enforce_csrf_checks=True)
    for name in ("ticket", "phone", "leave", "report"):
        path = address(visit, name)
        assert client.get(path).status_code == 405
        assert client.post(path).status_code == 403
        evil = {"Origin": "https://evil.test"}
        assert client.post(path, headers=evil).status_code == 403
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Visit.objects.exists()
    answer = client.post(address(visit, "ticket"), headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_link_of_another_purpose_or_of_nobody_opens_nothing():
    visit = make_visit_now()
    calendar = links.token(visit, links.Purpose.CALENDAR)
    for token in (calendar, links.token(visit)[:-1] + "A"):
        path = address(visit, "ticket").replace(links.token(visit), token)
        answer = Client().post(path, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 404


def test_what_a_browser_tells_of_its_connection_is_noted_and_nothing_else():
    visit = make_visit_now()
    ask(visit)
    ask(visit, "report", kind="connected", number="270")
    assert Visit.objects.get().connected_at is None  # nobody was let in
    encounter.admit(visit, by=make_staff())
    assert ask(visit, "report", kind="connected", number="270").status_code == 204
    assert ask(visit)["phase"] == "live"
    ask(visit, "report", kind="path", number="1")
    encounter.report(visit, "clinician", "lost", 600)
    ask(visit, "report", kind="lost", number="598")
    ask(visit, "report", kind="medium", number="0")
    assert Visit.objects.get().medium == "audio"
    encounter.report(visit, "clinician", "medium", 1)
    ask(visit, "report", kind="medium", number="0")
    held = Visit.objects.get()
    assert (held.path, held.medium, held.seconds_connected) == ("relay", "video", 600)
    for kind in ("finished", "admitted", "", "x" * 200):
        assert ask(visit, "report", kind=kind).status_code == 400
    ask(visit, "report", kind="connected", number="99999999999999999999")
    ask(visit, "report", kind="connected", number="-1")
    assert ask(visit, "leave").status_code == 204
    assert VisitEvent.objects.latest("pk").kind == "left"


def test_reports_come_to_an_end(monkeypatch):
    monkeypatch.setattr(encounter, "MOST_REPORTS", 5)
    visit = make_visit_now()
    ask(visit)
    encounter.admit(visit, by=make_staff())
    for _ in range(8):
        ask(visit, "report", kind="lost", number="1")
    assert VisitEvent.objects.count() == 5


def test_with_a_relay_each_ticket_brings_credentials_that_end(settings):
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.clinic.test:3478"], "s" * 32
    settings.RELAY_ONLY = True
    visit = make_visit_now()
    first, second = ask(visit), ask(visit)
    [server] = first["ice_servers"]
    assert server["urls"] == ["turn:turn.clinic.test:3478"]
    until = int(server["username"].partition(":")[0])
    assert 5 * 3600 < until - database_time.now().timestamp() <= 6 * 3600
    assert server["credential"] != second["ice_servers"][0]["credential"]
    assert first["relay_only"] is True
    cancelled = make_visit_now(status="cancelled", provider=make_provider())
    assert ask(cancelled)["ice_servers"] == []


# ── the clinician's side ──


def steps(visit: Appointment, name: str) -> str:
    return reverse(f"admin:visits_{name}", args=[visit.pk])


def test_the_clinician_gets_a_ticket_and_takes_each_step():
    visit = make_visit_now()
    client = sign_in(Client(), make_clinician(visit))
    assert client.post(steps(visit, "ticket")).json()["phase"] == "open"
    early = client.post(steps(visit, "admit"))
    assert (early.status_code, early.json()["phase"]) == (409, "open")
    ask(visit)
    said = client.post(steps(visit, "admit")).json()
    assert (said["phase"], said["seat"]) == ("admitted", "clinician")
    assert tickets.read(said["ticket"]).seat == "clinician"
    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN
    assert client.post(steps(visit, "send_back")).json()["phase"] == "waiting"
    assert client.post(steps(visit, "phone")).json()["phase"] == "by_phone"
    assert client.post(steps(visit, "admit")).json()["phase"] == "admitted"
    assert client.get(steps(visit, "admit")).status_code == 405
    assert client.post(steps(visit, "finish"), {"outcome": "gladly"}).status_code == 409


def test_nobody_else_holds_the_visit():
    visit = make_visit_now()
    make_clinician(visit)
    ask(visit)
    for user, status in (
        (make_clinician(), 403),
        (make_staff("front desk"), 403),
        (make_staff("editor"), 403),
    ):
        client = sign_in(Client(), user)
        for name in ("ticket", "admit", "send_back", "phone", "finish", "report"):
            assert client.post(steps(visit, name)).status_code == status, name
    assert Client().post(steps(visit, "ticket")).status_code == 302
    assert Visit.objects.get().admitted_at is None


def test_a_provider_without_an_account_leaves_the_visit_to_any_clinician():
    visit = make_visit_now()
    client = sign_in(Client(), make_clinician())
    assert client.post(steps(visit, "ticket")).json()["ticket"]
    desk = sign_in(Client(), make_staff("front desk"))
    assert desk.post(steps(visit, "ticket")).status_code == 403


def test_a_cancelled_visit_says_so_to_the_clinician():
    visit = make_visit_now(begun=-10)
    client = sign_in(Client(), make_clinician(visit))
    visits.cancel(visit, by="desk")
    assert client.post(steps(visit, "ticket")).json()["phase"] == "cancelled"


def test_a_program_that_asks_all_the_time_is_told_so_in_words_and_nobody_else(settings):
    settings.LIMITS = settings.LIMITS | {"tickets_per_visit": "2/minute"}
    visit, other = make_visit_now(), make_visit_now(provider=make_provider())
    client = sign_in(Client(), make_clinician(visit))
    assert [ask(visit).get("phase") for _ in range(2)] == ["waiting", "waiting"]
    assert "asks us too often" in ask(visit)["why"]
    assert ask(other)["ticket"]
    step = f"/admin/visits/room/{visit.pk}/ticket/"
    answers = [client.post(step) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "asks us too often" in answers[-1].json()["why"]
    assert answers[-1].headers["Retry-After"]


def test_a_ticket_that_was_not_used_at_once_opens_nothing():
    ticket = ask(make_visit_now())["ticket"]
    assert tickets.read(ticket) is not None
    with time_machine.travel(timedelta(seconds=59)):
        assert tickets.read(ticket) is not None
    with time_machine.travel(timedelta(seconds=62)):
        assert tickets.read(ticket) is None

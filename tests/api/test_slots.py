"""The API shows what the public pages show of what can be booked, and nothing else."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.api.program import Program, iso
from tests.factories import (
    make_appointment,
    make_license,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
BUTTON = re.compile(r'name="slot" value="([^"]+)"')


def on_the_page(service, day: date, provider: str = "") -> set[str]:
    page = Client().get(f"/book/tn/{service.slug}/?day={day:%Y-%m-%d}&with={provider}").text
    found = {found.replace("Z", ":00Z") for found in BUTTON.findall(page)}
    return {start for start in found if start.startswith(day.isoformat())}  # not "the next time"


def told(program: Program, service, day: date, **query) -> list[dict]:
    first = monday("00:00").replace(year=day.year, month=day.month, day=day.day)
    asked = {"from": iso(first), "to": iso(first + timedelta(hours=24)), "service": service.slug}
    answer = program.get("/slots", state="TN", **asked, **query)
    assert answer.status == 200, answer.text
    return answer.json


def test_free_times_are_those_of_the_page():
    one, other = make_provider(), make_provider(hours="12:00-15:00")
    service = make_service(providers=[one, other], buffer_after=15)
    make_appointment(service=service, provider=one, starts_at=monday("11:00"))
    make_time_off(other, monday().date(), hours="13:00-14:00")
    day, program = monday().date(), Program()
    everybody = told(program, service, day)
    assert {slot["starts_at"] for slot in everybody} == on_the_page(service, day)
    for provider in (one, other):
        theirs = {s["starts_at"] for s in told(program, service, day, provider=provider.slug)}
        assert theirs == on_the_page(service, day, provider.slug)
        assert theirs == {s["starts_at"] for s in everybody if provider.slug in s["providers"]}
    assert len(everybody) > 5


def test_notice_and_horizon_bound_what_is_told():
    service, program = make_service(notice_hours=2, horizon_days=20), Program()
    far = {"from": iso(monday(weeks=4)), "to": iso(monday(weeks=5))}
    assert program.get("/slots", service=service.slug, state="TN", **far).json == []
    before = {"from": iso(monday() - timedelta(days=60)), "to": iso(monday() - timedelta(days=30))}
    assert program.get("/slots", service=service.slug, state="TN", **before).json == []


def test_more_than_two_months_are_refused():
    service, program = make_service(), Program()
    asked = {"from": iso(monday()), "to": iso(monday() + timedelta(days=63))}
    answer = program.get("/slots", service=service.slug, state="TN", **asked)
    assert (answer.problem, answer.fields) == ("invalid", {"to"})


def test_states_services_and_providers_are_those_that_can_be_booked():
    provider = make_provider(name="Anna Berg", email="anna@staff.example.org")
    make_license(provider, "VA", expires=date(2020, 1, 1))
    service = make_service(providers=[provider], price_cents=9900)
    make_service(providers=[provider], active=False)
    program = Program()
    assert [state["code"] for state in program.get("/states").json] == ["TN"]
    [found] = program.get("/services", state="TN").json
    assert (found["slug"], found["price_cents"]) == (service.slug, 9900)
    assert program.get("/services", state="VA").json == []
    answer = program.get("/providers", state="TN", service=service.slug)
    assert [who["slug"] for who in answer.json] == [provider.slug]
    assert "staff.example.org" not in answer.text
    assert "video" not in answer.text, "where patients join is nobody else's to know"


def test_what_is_offered_no_more_has_no_times():
    closed, program = make_service(active=False), Program()
    answer = program.get("/slots", service=closed.slug, state="TN")
    assert (answer.problem, answer.fields) == ("invalid", {"service"})
    proof = make_service(audience="returning", proof_required=True)
    assert program.get("/slots", service=proof.slug, state="TN").problem == "proof_required"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "XX"}, "state"),
        ({"state": "T\u0130"}, "state"),
        ({"service": "a/b"}, "service"),
        ({"provider": "nobody"}, "provider"),
        ({"from": "soon"}, "from"),
        ({"from": "2026-12-01"}, "from"),
        ({"from": "2026-12-01T10:00:00"}, "from"),  # of no zone
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"to": "9999-12-31T23:59:59-14:00"}, "to"),
        ({"from": "9" * 400}, "from"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(query, field):
    service, program = make_service(), Program()
    answer = program.get("/slots", **{"service": service.slug, "state": "TN"} | query)
    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.fields == {field}


@pytest.mark.parametrize("path", ["/", "/nothing", "/bookings/1", "/states/", "/%00", "/docs"])
def test_what_is_not_there_is_a_problem_too(path):
    answer = Program().get(path)
    assert answer.status in (400, 404)
    assert answer.problem in ("not_found", "bad_request")


@pytest.mark.parametrize(
    ("path", "name"), [("/bookings", "fisrt"), ("/bookings", ""), ("/states", "x")]
)
def test_a_name_in_the_address_that_is_not_known_is_refused(path, name):
    answer = Program().get(path, **{name: "1"})
    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.fields == {name or "query"}

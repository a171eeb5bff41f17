"""A key is shown once, does what its scopes say, ends, and leaves its traces in the trail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from core.api import keys
from core.api.models import ApiKey, Scope
from core.staff.models import AuditEvent
from tests.api.program import Program, wanted
from tests.core.staff.people import fully_signed_in
from tests.factories import make_appointment, make_service, monday

pytestmark = pytest.mark.django_db
NEW = {"name": "Our web site", "scopes": ["slots:read"], "ends": "90"}


def made_in_the_admin(manager: Client, **values) -> str:
    page = manager.post("/admin/api/apikey/add/", NEW | values).text
    return re.search(r'value="(cnk_[\w-]{32})"', page)[1]


def test_a_manager_makes_a_key_that_is_shown_once_and_kept_as_a_hash():
    manager = fully_signed_in("manager")
    text = made_in_the_admin(manager)
    key = ApiKey.objects.get()
    assert (key.scopes, key.created_by) == (["slots:read"], manager.user)
    assert timedelta(days=89) < key.expires_at - datetime.now(UTC) < timedelta(days=91)
    assert text not in str(ApiKey.objects.values().get())
    for path in ("/admin/api/apikey/", f"/admin/api/apikey/{key.pk}/change/"):
        assert text not in manager.get(path).text
        assert key.prefix in manager.get(path).text
    assert text not in str(list(LogEntry.objects.values())) + str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.filter(action="add", model="api.apikey").count() == 1
    asked = Client().get("/api/v1/states", headers={"Authorization": f"Bearer {text}"})
    assert asked.status_code == 200


def test_a_key_that_may_do_nothing_is_not_made():
    manager = fully_signed_in("manager")
    assert manager.post("/admin/api/apikey/add/", NEW | {"scopes": []}).status_code == 200
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor", "newsletter editor"])
def test_nobody_but_a_manager_makes_or_sees_keys(role):
    client = fully_signed_in(role)
    assert client.post("/admin/api/apikey/add/", NEW).status_code == 403
    assert client.get("/admin/api/apikey/").status_code == 403
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_refused_from_then_on():
    program, manager = Program(Scope.SLOTS_READ), fully_signed_in("manager")
    assert program.get("/states").status == 200
    chosen = {"action": "revoke", "_selected_action": [program.key.pk], "index": "0"}
    manager.post("/admin/api/apikey/", chosen)
    assert program.get("/states").problem == "unauthorized"
    assert AuditEvent.objects.filter(action="act:revoke", model="api.apikey").exists()


def test_a_key_s_rights_cannot_grow():
    program, manager = Program(Scope.SLOTS_READ), fully_signed_in("manager")
    path = f"/admin/api/apikey/{program.key.pk}/change/"
    assert manager.post(path, NEW | {"scopes": Scope.values}).status_code == 403
    assert program.again().scopes == ["slots:read"]


def test_an_expired_key_is_refused():
    end = datetime.now(UTC) + timedelta(hours=1)
    assert Program(expires_at=end).get("/states").status == 200
    assert Program(expires_at=end - timedelta(hours=2)).get("/states").status == 401


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Bearer cnk_", "Basic abc", "Bearer cnk_" + "é" * 32, "\x00"]
)
def test_without_a_key_nothing_is_told(sent):
    answer = Client().get("/api/v1/states", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_who_is_signed_in_to_the_admin_needs_a_key_all_the_same():
    assert fully_signed_in("manager").get("/api/v1/states").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", "/states", "slots:read"),
        ("get", "/services?state=TN", "slots:read"),
        ("get", "/providers?state=TN&service=x", "slots:read"),
        ("get", "/consents", "slots:read"),
        ("get", "/slots?state=TN&service=x", "slots:read"),
        ("get", "/bookings", "bookings:read"),
        ("get", "/bookings/c56a4180-65aa-42ec-a945-5fd21dec0538", "bookings:read"),
        ("post", "/bookings", "bookings:write"),
        ("post", "/bookings/c56a4180-65aa-42ec-a945-5fd21dec0538/move", "bookings:write"),
        ("post", "/bookings/c56a4180-65aa-42ec-a945-5fd21dec0538/cancel", "bookings:write"),
    ],
)
def test_each_address_takes_its_scope(method, path, scope):
    others = [each for each in Scope.values if each not in (scope, "bookings:read_all")]
    program = Program(*others)
    answer = program.get(path) if method == "get" else program.post(path, {})
    assert (answer.status, answer.problem) == (403, "missing_scope")
    assert AuditEvent.objects.get().api_key == program.key.pk
    allowed = Program(scope)
    answer = allowed.get(path) if method == "get" else allowed.post(path, {})
    assert answer.status != 403


def test_a_key_has_a_limit_of_its_own(settings):
    settings.LIMITS = settings.LIMITS | {"api": "2/minute"}
    program, other = Program(), Program()
    assert [program.get("/states").status for _ in range(3)] == [200, 200, 429]
    assert "Retry-After" in program.get("/states").headers
    assert other.get("/states").status == 200


def test_wrong_keys_hold_up_no_right_one_of_the_same_network(settings):
    settings.LIMITS = settings.LIMITS | {"api_refused": "2/minute"}
    wrong = {"Authorization": "Bearer cnk_" + "x" * 32}
    found = [Client().get("/api/v1/states", headers=wrong).status_code for _ in range(3)]
    assert found == [401, 401, 429]
    assert Program().get("/states").status == 200


def test_it_is_noted_when_a_key_was_used_and_not_with_every_request(django_assert_num_queries):
    program = Program(Scope.SLOTS_READ)
    program.get("/consents")
    assert program.again().last_used_at is not None
    with django_assert_num_queries(2):
        program.get("/consents")


def test_what_a_key_saw_stands_in_the_trail_by_its_number():
    visit, program = make_appointment(), Program()
    program.get(f"/bookings/{visit.uid}")
    event = AuditEvent.objects.get()
    assert (event.api_key, event.action, event.object_pks) == (
        program.key.pk,
        "view",
        [str(visit.pk)],
    )
    assert (
        f"API key {program.key.pk}"
        in fully_signed_in("manager").get("/admin/staff/auditevent/").text
    )


def test_without_a_row_in_the_trail_there_is_no_answer(monkeypatch):
    visit, program = make_appointment(), Program()
    program.client.raise_request_exception = False

    def broken(*_args, **_values):
        raise RuntimeError

    monkeypatch.setattr(AuditEvent.objects, "create", broken)
    answer = program.get(f"/bookings/{visit.uid}")
    assert (answer.status, answer.problem) == (500, "broken")
    assert str(visit.uid) not in answer.text


def test_answers_are_kept_nowhere_and_set_no_cookie():
    program = Program()
    answer = program.get("/states")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "X-Request-ID" in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert not program.client.cookies


def test_a_key_is_in_no_log(caplog):
    caplog.set_level("DEBUG")
    program = Program(Scope.SLOTS_READ)
    program.get("/states")
    program.get("/bookings")
    program.post("/bookings", wanted(make_service(), monday()))
    Client().get("/api/v1/states", headers={"Authorization": f"Token {program.secret}"})
    assert program.secret not in caplog.text
    assert keys.find(program.secret) is not None

import time

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.staff.models import AuditEvent
from tests.core.staff.people import make_staff, sign_in

pytestmark = pytest.mark.django_db
MINUTE = 60


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(client, clock) -> Client:
    sign_in(client, make_staff(is_superuser=True))
    assert client.get("/admin/").status_code == 200
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_quarter_of_an_hour_without_a_page_ends_the_sign_in(staff, clock):
    clock.shift(15 * MINUTE)
    answer = staff.get("/admin/staff/user/", follow=True)
    assert answer.redirect_chain[0][0].startswith("/admin/login/?next=/admin/staff/user/")
    assert "You were away for a while" in answer.content.decode()
    assert "_auth_user_id" not in staff.session


def test_being_active_keeps_the_sign_in(staff, clock):
    for _ in range(6):
        clock.shift(14 * MINUTE)
        assert is_signed_in(staff)


def test_typing_counts_as_being_active(staff, clock):
    for _ in range(3):
        clock.shift(14 * MINUTE)
        assert staff.post(reverse("staff_still_here")).status_code == 204
    clock.shift(15 * MINUTE)
    assert staff.post(reverse("staff_still_here")).status_code == 403


def test_what_a_page_asks_by_itself_is_no_activity(staff, clock):
    for _ in range(2):
        clock.shift(7 * MINUTE)
        assert staff.get("/admin/", headers={"X-Passive": "1"}).status_code == 200
    clock.shift(MINUTE)
    assert not is_signed_in(staff)


def test_after_twelve_hours_even_the_busy_sign_in_again(staff, clock):
    for _ in range(12 * 6 - 1):
        clock.shift(10 * MINUTE)
        assert staff.post(reverse("staff_still_here")).status_code == 204
    clock.shift(10 * MINUTE)
    assert not is_signed_in(staff)


def test_the_length_of_idling_is_a_setting(staff, clock, settings):
    settings.STAFF_IDLE_MINUTES = 5
    clock.shift(5 * MINUTE)
    assert not is_signed_in(staff)


def test_activity_is_written_once_a_minute_at_most(staff, clock):
    def session_writes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            staff.post(reverse("staff_still_here"))
        return sum('UPDATE "django_session"' in query["sql"] for query in queries)

    clock.shift(MINUTE - 1)
    assert session_writes() == 0
    clock.shift(1)
    assert session_writes() == 1


def test_the_cookie_ends_with_the_browser(staff):
    cookie = staff.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["expires"] == ""
    assert cookie["max-age"] == ""
    assert cookie["httponly"]


def test_an_ended_session_leaves_the_database(staff, clock):
    clock.shift(15 * MINUTE)
    key = staff.session.session_key
    staff.get("/admin/")
    assert not Session.objects.filter(session_key=key).exists()
    assert AuditEvent.objects.filter(action="session ended").count() == 1


def test_a_page_for_everyone_asks_for_no_session(staff):
    answer = staff.get("/about/")
    assert "Cookie" not in answer.get("Vary", "")
    assert staff.get("/admin/")["Vary"].count("Cookie") == 1


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/staff/user/",
        "/admin/login/",
        "/accounts/login/",
        "/accounts/2fa/",
        "/accounts/password/reset/",
        "/accounts/password/reset/key/1-nothing/",
        "/accounts/logout/",
    ],
)
def test_no_staff_page_is_kept_by_the_browser(staff, address):
    assert "no-store" in staff.get(address)["Cache-Control"]
    assert "no-store" in Client().get(address)["Cache-Control"]


def test_signing_out_in_the_admin_leads_to_signing_in(staff):
    answer = staff.post("/admin/logout/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_login")
    assert not is_signed_in(staff)


def test_somebody_who_may_not_sign_in_any_more_is_out_at_once(client):
    user = make_staff(is_superuser=True)
    sign_in(client, user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert not is_signed_in(client)

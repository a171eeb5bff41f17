"""Staff see which times are held now, and give one back."""

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Status
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_hold

pytestmark = pytest.mark.django_db
HOLDS = reverse("admin:appointments_appointment_holds")


@pytest.fixture
def desk(db, settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk", name="Robin Example")


def held(client: Client) -> list[int]:
    return [hold.pk for hold, *_rest in client.get(HOLDS).context_data["rows"]]


def test_only_holds_that_have_not_run_out_are_listed(desk):
    hold = make_hold()
    make_hold(minutes=-1)
    make_appointment()
    answer = desk.get(HOLDS)
    assert held(desk) == [hold.pk]
    assert "1 time is held" in answer.content.decode()


def test_a_released_hold_frees_its_time_and_says_who_did_it(desk):
    hold = make_hold()
    desk.post(HOLDS, {"release": hold.pk})
    hold.refresh_from_db()
    assert (hold.status, hold.changed_by) == (Status.RELEASED, "staff: Robin Example")
    assert held(desk) == []


@pytest.mark.parametrize("release", ["", "x", "0", "visit"])
def test_nothing_but_a_hold_is_released(desk, release):
    visit = make_appointment()
    pk = visit.pk if release == "visit" else release
    page = desk.post(HOLDS, {"release": pk}, follow=True).content.decode()
    assert "This hold is over" in page
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_many_holds_cost_as_many_queries_as_one(
    desk, django_assert_num_queries, django_assert_max_num_queries
):
    make_hold()
    desk.get(HOLDS)
    with django_assert_max_num_queries(25) as first:
        desk.get(HOLDS)
    for _ in range(5):
        make_hold()
    with django_assert_num_queries(len(first)):
        desk.get(HOLDS)


def test_an_editor_sees_and_releases_no_hold(settings):
    settings.STAFF_MFA_REQUIRED = False
    hold, editor = make_hold(), signed_in("editor")
    assert editor.get(HOLDS).status_code == 403
    assert editor.post(HOLDS, {"release": hold.pk}).status_code == 403
    hold.refresh_from_db()
    assert hold.status == Status.HELD

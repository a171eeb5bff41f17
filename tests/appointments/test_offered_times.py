"""Which times staff are offered when they book or move a visit, and on whose clocks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_provider, make_service, monday
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
VISIT_AT = monday("10:00", weeks=2)


@pytest.fixture
def desk(settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    return signed_in("front desk")


@pytest.fixture
def visit() -> Appointment:
    own, other = make_provider(name="Anna Berg"), make_provider(name="Bo Carr")
    service = make_service(providers=[own, other])
    return make_appointment(service=service, provider=own, starts_at=VISIT_AT)


def move_page(visit: Appointment, **asked: object) -> str:
    address = reverse("admin:appointments_appointment_move", args=[visit.pk])
    words = {"day": f"{VISIT_AT:%Y-%m-%d}", **asked}
    return f"{address}?" + "&".join(f"{name}={value}" for name, value in words.items())


def offered(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('name="slot" value="')[1:]]


def value(visit: Appointment, provider_pk: int) -> str:
    return f"{visit.starts_at:%Y-%m-%dT%H:%MZ}/{provider_pk}"


def test_moving_begins_with_the_times_of_the_visits_own_provider(desk, visit):
    address = reverse("admin:appointments_appointment_move", args=[visit.pk])
    times = offered(desk.get(address).text)
    assert times
    assert {time.split("/")[1] for time in times} == {str(visit.provider_id)}


def test_its_own_time_is_none_that_it_could_move_to(desk, visit):
    times = offered(desk.get(move_page(visit, provider=visit.provider_id)).text)
    assert value(visit, visit.provider_id) not in times
    later = visit.starts_at + timedelta(hours=1)
    assert f"{later:%Y-%m-%dT%H:%MZ}/{visit.provider_id}" in times


def test_at_its_own_time_somebody_else_may_be_chosen(desk, visit):
    [other] = visit.service.providers.exclude(pk=visit.provider_id)
    anyone = offered(desk.get(move_page(visit, provider="")).text)
    assert value(visit, other.pk) in anyone


def test_each_time_stands_on_the_patients_clock_as_well_where_that_differs(desk, visit):
    assert "theirs" not in desk.get(move_page(visit, provider=visit.provider_id)).text
    Appointment.objects.filter(pk=visit.pk).update(zone="America/Los_Angeles")
    text = desk.get(move_page(visit, provider=visit.provider_id)).text
    assert "11:00 am <span" in text
    assert "9:00 am theirs" in text


def test_so_it_does_while_a_visit_is_booked(desk, visit):
    visit.provider.licenses.create(state="CA", number="2", expires=monday(weeks=50).date())
    address = reverse("admin:appointments_appointment_book")
    asked = f"?service={visit.service_id}&day={VISIT_AT:%Y-%m-%d}&state="
    assert "9:00 am theirs" in desk.get(f"{address}{asked}CA").text
    assert "theirs" not in desk.get(f"{address}{asked}TN").text

"""How many queries the slot page and a booking take, whatever the number of visits."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, Service, Status
from tests.appointments.test_many_visits import typed
from tests.appointments.test_whose_hold import browser
from tests.factories import make_appointment, make_hold, make_service, monday

pytestmark = pytest.mark.django_db
SLOT_PAGE, BOOKING = 6, 32


@pytest.fixture
def service() -> Service:
    return make_service(slug="visit")


def fill(service: Service) -> None:
    for clock in ("10:00", "11:00", "14:00"):
        make_appointment(service=service, starts_at=monday(clock))


def cost_of_booking(service: Service, starts_at: datetime) -> int:
    bits = f"somebody-at-{starts_at:%H-%M}"
    hold = make_hold(visitor=bits, service=service, starts_at=starts_at)
    client, sent = browser(bits), typed(hold) | {"email": f"{bits}@example.org"}
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(f"/book/details/{hold.uid}/", sent)
    assert answer.status_code == 302
    assert Appointment.objects.get(pk=hold.pk).status == Status.BOOKED
    return len(queries)


def test_the_slot_page_takes_six_queries_at_most(service):
    fill(service)
    address = f"/book/tn/visit/?with={service.providers.get().slug}"
    Client().get(address)
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(address).status_code == 200
    assert len(queries) <= SLOT_PAGE, [query["sql"] for query in queries]


def test_a_booking_takes_as_many_queries_however_many_visits_there_are(service):
    cost_of_booking(service, monday("09:00"))
    first = cost_of_booking(service, monday("09:30"))
    fill(service)
    assert cost_of_booking(service, monday("15:00")) == first <= BOOKING

"""What staff see of the status: the first page says what is wrong, a page of its own says all."""

import pytest
from django.test import Client
from django.urls import reverse

from core.staff import roles
from tests.core.monitoring.health import everything_works
from tests.core.staff.people import make_staff, sign_in

pytestmark = pytest.mark.django_db
DEAD = "beat has never been heard of"


@pytest.fixture(autouse=True)
def _second_factor_as_in_production(settings) -> None:
    settings.STAFF_MFA_REQUIRED = True


@pytest.mark.parametrize("role", roles.ROLES)
def test_everybody_on_the_staff_reads_what_is_wrong_and_what_to_do(client, role):
    sign_in(client, make_staff(role))
    index = client.get(reverse("admin:to_do")).content.decode()
    assert DEAD in index
    assert reverse("admin:status") in index
    page = client.get(reverse("admin:status"))
    html = page.content.decode()
    assert page.status_code == 200
    assert DEAD in html
    assert "Start beat" in html
    assert "The database answers." in html


def test_when_all_is_well_the_first_page_says_nothing(client, settings):
    everything_works(settings)
    sign_in(client, make_staff("front desk"))
    assert "needs attention" not in client.get(reverse("admin:to_do")).content.decode()
    assert "Everything works." in client.get(reverse("admin:status")).content.decode()


def test_nobody_else_sees_it():
    address = reverse("admin:status")
    assert Client().get(address).status_code == 302
    client = Client()
    client.force_login(make_staff("manager"))  # without a second factor
    assert client.get(address).status_code == 302

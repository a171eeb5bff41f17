"""Managers keep providers and their licenses; the front desk keeps hours and days off."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import HoursException, Provider
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    make_license,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


PROVIDERS = reverse("admin:appointments_provider_changelist")
EXCEPTION = reverse("admin:appointments_hoursexception_add")


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


@pytest.fixture
def manager(db) -> Client:
    return signed_in("manager")


def rows(prefix: str, *typed: dict[str, str]) -> dict:
    data: dict = {f"{prefix}-TOTAL_FORMS": len(typed), f"{prefix}-INITIAL_FORMS": 0}
    for place, row in enumerate(typed):
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data


def save(client: Client, provider: Provider, *, licenses=(), **changes: str):
    data = {
        "name": provider.name,
        "credentials": provider.credentials,
        "slug": provider.slug,
        "time_zone": provider.time_zone,
        "languages": "English",
        "active": "on",
        "services": [service.pk for service in provider.services.all()],
    }
    data |= rows("licenses", *licenses)
    address = reverse("admin:appointments_provider_change", args=[provider.pk])
    return client.post(address, data | changes, follow=True)


def test_the_front_desk_changes_nothing_of_a_provider(desk):
    provider = make_provider(hours="", states=[])
    license = {"state": "TN", "number": "1", "expires": "2099-01-01"}
    assert save(desk, provider, licenses=[license], name="Somebody Else").status_code == 403
    provider.refresh_from_db()
    assert provider.name != "Somebody Else"
    assert not provider.licenses.exists()


def test_a_wrong_time_zone_is_told_beside_its_field(manager):
    answer = save(manager, make_provider(), time_zone="Mars/Olympus")
    errors = answer.context_data["adminform"].form.errors
    assert errors == {"time_zone": ["“Mars/Olympus” is not a time zone."]}


def test_a_license_entered_twice_is_refused(manager):
    provider = make_provider(states=[], hours="")
    license = {"state": "TN", "number": "N-1", "expires": "2099-01-01"}
    page = save(manager, provider, licenses=[license, license]).content.decode()
    assert "correct the duplicate" in page
    assert not provider.licenses.exists()


def test_the_list_says_where_a_provider_may_treat_and_until_when(manager):
    provider = make_provider(states=["KY"])
    make_license(provider, "TN", expires=date.today() + timedelta(days=20))
    make_license(provider, "OH", expires=date.today() - timedelta(days=20))
    page = manager.get(PROVIDERS).content.decode()
    assert ">KY, TN<" in page
    assert "has expired" in page
    assert "Central Time" in page


def test_the_list_of_providers_takes_as_many_queries_for_ten_as_for_one(
    manager, django_assert_num_queries, django_assert_max_num_queries
):
    make_provider(states=["TN", "KY"])
    manager.get(PROVIDERS)
    with django_assert_max_num_queries(40) as first:
        manager.get(PROVIDERS)
    for _ in range(9):
        make_provider(states=["TN", "OH", "CA"])
    with django_assert_num_queries(len(first)):
        manager.get(PROVIDERS)


# ── days off ──


def enter(client: Client, day: date, **values) -> str:
    data = {"provider": "clinic", "kind": "time_off", "first_day": day, "last_day": day} | values
    return client.post(EXCEPTION, data, follow=True).content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"last_day": "2020-01-01"}, "The last day must not be before the first day."),
        (
            {"opens": "5:00 pm", "closes": "9:00 am"},
            "Give both times, the later one last, or neither.",
        ),
        ({"kind": "extra_hours"}, "Extra hours need a time from and a time to."),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused_with_a_sentence(desk, values, message):
    assert message in enter(desk, monday().date(), **values)
    assert not HoursException.objects.exists()


def test_nobody_at_the_front_desk_changes_a_service(desk):
    service = make_service()
    address = reverse("admin:appointments_service_change", args=[service.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address, {"name": "Other"}).status_code == 403


def test_a_service_with_a_senseless_length_is_refused_beside_what_was_typed(manager):
    answer = manager.post(
        reverse("admin:appointments_service_add"),
        {
            "name": "Long talk",
            "slug": "long-talk",
            "invitation": "A long talk",
            "audience": "anyone",
            "channel": "video",
            "minutes": "900",
            "step": "15",
            "buffer_before": "0",
            "buffer_after": "0",
            "notice_hours": "2",
            "horizon_days": "30",
            "cutoff_hours": "0",
            "position": "0",
            "active": "on",
        },
    )
    assert "A visit lasts between 5 minutes and 8 hours." in answer.content.decode()
    assert 'value="900"' in answer.content.decode()


def test_a_new_calendar_address_is_shown_once_and_ends_the_former(client):
    provider = make_provider()
    manager = signed_in("manager")
    form = {"action": "new_calendar_address", "_selected_action": [provider.pk]}
    addresses = []
    for _ in range(2):
        page = manager.post(reverse("admin:appointments_provider_changelist"), form)
        found = re.search(r'value="(https?://[^"]+\.ics)"', page.content.decode())[1]
        addresses.append(urlsplit(found).path)
    former, newest = addresses
    assert client.get(former).status_code == 404
    assert client.get(newest).status_code == 200
    later = manager.get(reverse("admin:appointments_provider_change", args=[provider.pk]))
    assert newest not in later.content.decode()

"""What keeps patients from booking is said: of a provider on its page, of a clinic on the first."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import ClinicRules
from tests.appointments.staff_clients import signed_in
from tests.core.staff.people import make_staff
from tests.factories import (
    make_extra_hours,
    make_hours,
    make_license,
    make_provider,
    make_service,
    monday,
)
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
LIST = reverse("admin:appointments_provider_changelist")
BEFORE = "Before patients can book"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def manager(db) -> Client:
    return signed_in("manager")


def text_of(answer) -> str:
    return html.unescape(" ".join(answer.content.decode().split()))


def page(client: Client, provider) -> str:
    return text_of(client.get(reverse("admin:appointments_provider_change", args=[provider.pk])))


def test_each_thing_that_is_missing_is_named_until_it_is_there(manager):
    provider = make_provider(states=[], hours="")
    assert "no: license, hours, services" in text_of(manager.get(LIST))
    assert page(manager, provider).count("(missing)") == 3
    make_license(provider, expires=monday().date() - timedelta(days=60))
    assert "License</b> (missing)" in page(manager, provider), "it has ended"
    make_license(provider)
    make_service(providers=[provider], active=False)
    assert "Services</b> (missing)" in page(manager, provider), "nobody can book that one"
    make_service(providers=[provider])
    make_hours(provider, "09:00-17:00", valid_to=monday().date() - timedelta(days=60))
    assert "no: hours<" in text_of(manager.get(LIST)), "they are over"
    assert "Patients cannot book yet" in page(manager, provider)
    make_extra_hours(provider, monday().date())
    assert "Patients can book" in page(manager, provider)
    assert ">yes<" in text_of(manager.get(LIST))


def test_a_page_and_an_account_are_wished_for_but_keep_nobody_from_booking(manager):
    provider = make_provider(video_room="")
    make_service(providers=[provider])
    shown = page(manager, provider)
    assert "Patients can book" in shown
    assert "here, in the browser" in shown
    assert shown.count("(optional)") == 2
    provider.account = make_staff("clinician", email="vale@example.org")
    provider.video_room = "https://video.example.org/vale"
    provider.listed = True
    provider.save()
    shown = page(manager, provider)
    assert "vale@example.org</a>" in shown
    assert "https://video.example.org/vale" in shown
    assert "(optional)" not in shown


def test_a_manager_links_an_account_to_one_provider_and_no_second(manager):
    account = make_staff("clinician")
    one, other = make_provider(account=account), make_provider()
    assert f'<option value="{account.pk}" selected>' in page(manager, one)
    assert f'<option value="{account.pk}"' not in page(manager, other)


def test_a_new_clinic_reads_what_is_missing_until_patients_can_book(manager):
    first_page = text_of(manager.get("/admin/to-do/"))
    assert BEFORE in first_page
    assert first_page.count("(missing)") == 3  # the practice, services, providers
    make_practice()
    provider = make_provider(hours="", name="Robin Vale")
    make_service(providers=[provider])
    first_page = text_of(manager.get("/admin/to-do/"))
    assert "Robin Vale, NP</b> (missing): <a" in first_page
    assert first_page.count("(missing)") == 1
    make_hours(provider)
    ClinicRules.objects.create(holidays=[])
    assert BEFORE not in text_of(manager.get("/admin/to-do/"))


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_who_cannot_add_it_is_not_told(role):
    assert BEFORE not in text_of(signed_in(role).get("/admin/"))

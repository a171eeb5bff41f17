"""The clinic's rules: holidays become closures, and disturb no visit unseen."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import ClinicRules, HoursException, Status
from appointments.scheduling import holidays as closures
from tests.appointments.staff_clients import signed_in
from tests.factories import at, make_appointment

pytestmark = pytest.mark.django_db
RULES = reverse("admin:appointments_clinicrules_change", args=[1])
CHRISTMAS = "Christmas Day"


@pytest.fixture(autouse=True)
def _in_november(settings, time_machine) -> None:
    settings.STAFF_MFA_REQUIRED = False
    time_machine.move_to("2026-11-02T15:00:00+00:00", tick=True)


@pytest.fixture
def manager(db) -> Client:
    return signed_in("manager")


def save(client: Client, *holidays: str, most: int = 4, **more):
    limits = {"most_upcoming": most, "most_hourly": 60, "most_unproved": 300}
    return client.post(RULES, {"holidays": holidays} | limits | more)


def test_every_federal_holiday_can_be_ticked(manager):
    page = manager.get(RULES).content.decode()
    assert page.count('name="holidays"') == len(closures.names())
    assert manager.get(reverse("admin:appointments_clinicrules_changelist")).url == RULES


def test_a_holiday_becomes_a_closure_among_the_exceptions(manager):
    save(manager, CHRISTMAS, most=7)
    assert ClinicRules.current().most_upcoming == 7
    closure = HoursException.objects.get(first_day=date(2026, 12, 25))
    assert (closure.provider, closure.note) == (None, CHRISTMAS)
    exceptions = manager.get(reverse("admin:appointments_hoursexception_changelist"))
    assert CHRISTMAS in exceptions.content.decode()
    assert re.search(rf'value="{CHRISTMAS}"[^>]*checked', manager.get(RULES).content.decode())


def test_a_holiday_no_longer_kept_opens_its_days(manager):
    save(manager, CHRISTMAS)
    save(manager)
    assert not HoursException.objects.exists()


def test_a_new_holiday_over_a_visit_asks_first(manager):
    visit = make_appointment(starts_at=at(date(2026, 12, 25), "10:00"))
    answer = save(manager, CHRISTMAS)
    assert "Booked visits that this disturbs" in answer.content.decode()
    assert not HoursException.objects.exists()
    assert ClinicRules.current().holidays == []
    chosen = {"conflicts-all": "cancel", "conflicts-seen": visit.pk}
    assert save(manager, CHRISTMAS, **chosen).status_code == 302
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    assert ClinicRules.current().holidays == [CHRISTMAS]


def test_a_senseless_limit_and_an_unknown_holiday_are_refused(manager):
    assert save(manager, most=0).status_code == 200
    assert save(manager, "Doomsday").status_code == 200
    assert ClinicRules.current().holidays == []


@pytest.mark.parametrize("role", ["front desk", "clinician"])
def test_others_only_read_the_rules(role):
    client = signed_in(role)
    assert client.get(RULES).status_code == 200
    assert save(client, CHRISTMAS).status_code == 403
    assert not HoursException.objects.exists()

"""The morning count: at seven on the provider's own clock, once, and only when there are visits."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.emails import daily_digest
from appointments.models import Status
from core.mail.models import OutgoingEmail
from tests.factories import at, make_appointment, make_provider, make_service

pytestmark = pytest.mark.django_db

DAY = date(2030, 11, 12)


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2030, 11, 1, tzinfo=ZoneInfo("UTC")), tick=False) as clock:
        yield clock


@pytest.fixture
def provider():
    return make_provider(email="anna.berg@example.org")


def make_day(provider, *clocks: str, day: date = DAY, **values) -> None:
    service = make_service(providers=[provider])
    for clock in clocks:
        starts_at = at(day, clock, provider.time_zone)
        make_appointment(service=service, provider=provider, starts_at=starts_at, **values)


def run_at(clock, wall_clock: str, *, day: date = DAY, zone: str = "America/Chicago") -> int:
    clock.move_to(at(day, wall_clock, zone))
    return daily_digest.write_daily_digests()


def test_at_seven_a_provider_is_told_how_many_visits_the_day_has(clock, provider):
    make_day(provider, "09:00", "10:00", "11:00", "14:00", "15:30", "17:00")
    make_day(provider, "09:00", day=DAY + timedelta(days=1))
    assert run_at(clock, "06:59") == 0
    assert run_at(clock, "07:00") == 1
    assert run_at(clock, "07:05") == 0
    mail = OutgoingEmail.objects.get()
    assert mail.key == f"provider-daily-digest:{provider.pk}:2030-11-12"
    assert (mail.to, mail.subject) == ("anna.berg@example.org", "6 visits today")
    assert "You have 6 visits today, the first at 9:00 am Central Time." in mail.text
    assert f"/admin/appointments/appointment/?day=today&provider__id__exact={provider.pk}\n" in (
        mail.text
    )
    assert "Grace" not in mail.text + mail.html
    assert mail.not_after == at(DAY, "12:00")


def test_one_visit_is_said_as_one(clock, provider):
    make_day(provider, "13:15")
    run_at(clock, "07:00")
    mail = OutgoingEmail.objects.get()
    assert mail.subject == "1 visit today"
    assert "You have 1 visit today, at 1:15 pm Central Time." in mail.text


def test_an_empty_day_brings_no_mail(clock, provider):
    make_day(provider, "09:00", status=Status.CANCELLED)
    make_day(provider, "09:00", day=DAY - timedelta(days=1))
    make_day(provider, "00:00", day=DAY + timedelta(days=1))
    assert run_at(clock, "07:00") == 0


def test_who_has_no_address_gets_none(clock):
    make_day(make_provider(), "09:00")
    assert run_at(clock, "07:00") == 0


def test_seven_is_on_each_providers_own_clock(clock):
    zones = ["America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu"]
    providers = [make_provider(email=f"{n}@example.org", time_zone=z) for n, z in enumerate(zones)]
    for provider in providers:
        make_day(provider, "08:00")
    for provider in providers:
        assert run_at(clock, "06:55", zone=provider.time_zone) == 0
        assert run_at(clock, "07:00", zone=provider.time_zone) == 1


def test_after_an_outage_it_comes_until_noon(clock, provider):
    make_day(provider, "09:00", "16:00")
    assert run_at(clock, "12:00") == 0
    assert run_at(clock, "11:55") == 1


@pytest.mark.parametrize("day", [date(2030, 11, 3), date(2031, 3, 9)])
def test_a_day_of_23_or_25_hours_is_counted_whole(clock, provider, day):
    make_day(provider, "00:00", "23:30", day=day)
    make_day(provider, "23:30", day=day - timedelta(days=1))
    make_day(provider, "00:00", day=day + timedelta(days=1))
    assert run_at(clock, "07:00", day=day) == 1
    assert OutgoingEmail.objects.get().subject == "2 visits today"


def test_it_asks_as_often_for_one_provider_as_for_twenty(clock, provider):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            run_at(clock, "07:00")
        return len(captured)

    before = queries()
    for number in range(20):
        make_day(make_provider(email=f"{number}@example.org"), "09:00", "10:00")
    assert run_at(clock, "07:00") == 20
    assert queries() == before

"""`manage.py demo` fills an empty database, and only that."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.test import Client, override_settings
from time_machine import travel

from appointments.booking import pressure
from appointments.models import (
    Appointment,
    Consent,
    HoursException,
    License,
    Patient,
    Provider,
    Service,
    StatePage,
    Status,
    WaitlistEntry,
    WeeklyHours,
)
from appointments.scheduling import availability
from appointments.scheduling.states import STATES
from core.mail.models import EmailStatus, OutgoingEmail
from core.staff.models import User
from demo import spanish
from devstack.management.commands.dev_staff import PASSWORD
from tests.factories import make_consent_texts, make_patient
from tests.newsletter.factories import make_consent_text

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)  # Monday noon in Nashville
TABLES = (
    Appointment,
    Consent,
    HoursException,
    License,
    Patient,
    Provider,
    Service,
    WaitlistEntry,
    WeeklyHours,
    OutgoingEmail,
    User,
)


@pytest.fixture(scope="module", autouse=True)
def _development():
    with override_settings(DEBUG=True, STAFF_MFA_REQUIRED=False):
        yield


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """Load the clinic once, in a transaction around those of the tests that start from it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with travel(NOON, tick=False):
            make_texts()
            call_command("demo")
        yield
        transaction.set_rollback(True)


def make_texts() -> None:
    """What the migrations wrote, and a flush of another test took away."""
    make_consent_texts()
    make_consent_text()


@pytest.fixture
def clinic(_loaded, db, time_machine):
    """The clinic, loaded at noon, where the clock stands still."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def test_the_clinic_is_as_large_as_promised(clinic):
    assert Provider.objects.count() >= 6
    assert len(set(Provider.objects.values_list("time_zone", flat=True))) >= 4
    states = Counter(License.objects.values_list("state", flat=True))
    assert len(states) >= 8
    assert any(STATES[state].is_split for state in states)
    assert max(states.values()) >= 3
    assert sorted(Service.objects.values_list("minutes", flat=True)) == [15, 20, 30, 45, 50]
    assert WeeklyHours.objects.filter(closes__hour__gte=19).exists()
    assert WeeklyHours.objects.filter(weekday=WeeklyHours.Weekday.SATURDAY).exists()
    assert HoursException.objects.filter(provider=None, note="Thanksgiving Day").exists()
    assert WaitlistEntry.objects.waiting(NOON).count() >= 3


def test_its_visits_put_the_calendar_under_no_pressure(clinic):
    assert pressure.read().level == 0


def test_visits_reach_from_two_weeks_ago_to_four_weeks_ahead(clinic):
    past = Appointment.objects.filter(ends_at__lte=NOON)
    assert set(past.values_list("status", flat=True)) == {
        Status.COMPLETED,
        Status.NO_SHOW,
        Status.CANCELLED,
    }
    assert past.earliest("starts_at").starts_at < NOON - timedelta(days=11)
    ahead = Appointment.objects.upcoming(NOON)
    assert ahead.latest("starts_at").starts_at > NOON + timedelta(days=24)
    assert ahead.exclude(state="").count() > 100


def test_every_visit_keeps_the_rules_of_booking(clinic):
    for visit in Appointment.objects.upcoming(NOON).select_related("provider", "service"):
        at_that_time = availability.grid(
            visit.service,
            visit.state,
            first=visit.starts_at,
            last=visit.starts_at,
            now=NOON - timedelta(days=2),
            moving=visit,
        )
        assert visit.provider in at_that_time.free_at(visit.starts_at), visit


def test_loading_twice_on_a_day_adds_nothing(clinic):
    before = counts()
    rows = set(Appointment.objects.values_list("uid", "status", "starts_at"))
    clinic.move_to(NOON + timedelta(minutes=1), tick=False)
    call_command("demo")
    assert counts() == before
    assert set(Appointment.objects.values_list("uid", "status", "starts_at")) == rows


def test_loading_on_a_later_day_fills_up_the_weeks_ahead_and_closes_the_past(clinic):
    later = NOON + timedelta(days=9)
    clinic.move_to(later, tick=False)
    call_command("demo")
    ahead = Appointment.objects.upcoming(later)
    assert ahead.latest("starts_at").starts_at > later + timedelta(days=24)
    assert not Appointment.objects.filter(
        ends_at__lt=later, status__in=[Status.BOOKED, Status.CHECKED_IN]
    ).exists()
    assert not OutgoingEmail.objects.filter(status=EmailStatus.WAITING).exists()


def test_a_visit_that_somebody_cancelled_is_not_booked_again(clinic):
    visit = Appointment.objects.upcoming(NOON).latest("pk")
    Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    call_command("demo")
    assert (
        not Appointment.objects.live()
        .filter(provider=visit.provider, starts_at=visit.starts_at)
        .exists()
    )


def test_a_demo_in_which_somebody_has_booked_is_left_as_it_is_without_an_error(clinic, capsys):
    make_patient()
    before = counts()
    clinic.move_to(NOON + timedelta(days=3), tick=False)
    call_command("demo")
    assert counts() == before
    assert "nothing was added" in capsys.readouterr().err


def test_it_says_of_no_rules_that_somebody_has_checked_them(clinic):
    assert StatePage.objects.exists()
    assert not StatePage.objects.exclude(checked_on=None).exists()


def test_everybody_in_it_is_made_up(clinic):
    addresses = {
        *Patient.objects.values_list("email", flat=True),
        *WaitlistEntry.objects.values_list("email", flat=True),
        *Provider.objects.values_list("email", flat=True),
        *User.objects.values_list("email", flat=True),
    }
    assert all(address.endswith("example.org") for address in addresses)
    phones = {str(phone) for phone in Patient.objects.values_list("phone", flat=True)}
    assert all(phone[5:10] == "55501" for phone in phones)


def test_each_role_can_sign_in(clinic):
    for email in ("front-desk@example.org", "clinician@example.org", "office-manager@example.org"):
        client = Client()
        client.post("/accounts/login/", {"login": email, "password": PASSWORD})
        page = client.get("/admin/appointments/appointment/")
        assert page.status_code == 200
        assert page.context["cl"].result_count > 100


def test_a_visit_looks_as_if_it_had_grown(clinic):
    assert not Appointment.objects.filter(created__gte=F("starts_at")).exists()
    done = Appointment.objects.filter(status=Status.COMPLETED).earliest("pk")
    assert done.consents.filter(given__gt=done.created, given__lt=done.starts_at).count() == 2
    client = Client()
    client.post("/accounts/login/", {"login": "front-desk@example.org", "password": PASSWORD})
    page = client.get(f"/admin/appointments/appointment/{done.pk}/change/").content.decode()
    assert "Held → Booked" in page
    assert "Booked → Completed" in page


def test_it_says_in_spanish_what_it_says_in_english(clinic):
    missing = [(row, name) for row, names in spanish.untranslated() for name in names]
    assert missing == []
    assert "Quiero hablar con un consejero" in Client().get("/es/book/TN/").text

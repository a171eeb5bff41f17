"""Staff move and cancel a visit that has begun or was checked in, and book who walks in."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from appointments.booking import attendance, staff_booking, visits
from appointments.booking.rules import NotChangeable, TimePast
from appointments.booking.staff_booking import WALK_IN, WantedVisit
from appointments.models import Appointment, Provider, Service, Status
from core.mail.models import OutgoingEmail
from tests.appointments.booking_steps import GRACE
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_admin_visits import page_of, take
from tests.factories import make_appointment, make_patient, make_provider, make_service

pytestmark = pytest.mark.django_db
START = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BY = "staff: Robin Example"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START + MINUTE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def provider() -> Provider:
    return make_provider()


@pytest.fixture
def service(provider) -> Service:
    return make_service(providers=[provider], step=30)


@pytest.fixture
def visit(service, provider) -> Appointment:
    made = make_appointment(
        service=service, provider=provider, starts_at=START, patient=make_patient()
    )
    return fresh(made)


@pytest.fixture
def desk(settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk", name="Robin Example")


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def templates() -> list[str]:
    return sorted(OutgoingEmail.objects.values_list("template", flat=True))


def move(visit: Appointment, starts_at: datetime) -> Appointment:
    return staff_booking.move_for_patient(
        visit, provider=visit.provider, starts_at=starts_at, by=BY, reason="They called"
    )


@pytest.mark.parametrize("checked_in", [False, True])
def test_a_visit_that_has_begun_is_cancelled_and_the_patient_is_told(desk, visit, checked_in):
    if checked_in:
        attendance.check_in(visit, by=BY)
    assert "Cancel this visit" in desk.get(page_of(visit)).text
    answer = take(desk, visit, "cancel", reason="The line broke")
    assert "1 visit is cancelled." in answer.text
    assert (fresh(visit).status, fresh(visit).cancel_reason) == ("cancelled", "The line broke")
    assert templates() == ["appointment_cancelled_by_us"]


def test_what_is_over_is_cancelled_for_a_week_and_nobody_is_told(visit, clock):
    clock.move_to(visit.ends_at + 7 * DAY - MINUTE)
    visits.cancel(visit, by=BY)
    assert fresh(visit).status == Status.CANCELLED
    assert templates() == []


def test_after_a_week_nothing_is_cancelled_or_moved(visit, clock):
    clock.move_to(visit.ends_at + 7 * DAY)
    with pytest.raises(NotChangeable):
        visits.cancel(visit, by=BY)
    with pytest.raises(NotChangeable):
        move(visit, START + 20 * DAY)
    assert fresh(visit).status == Status.BOOKED


@pytest.mark.parametrize("step", [attendance.complete, attendance.no_show])
def test_what_something_came_of_is_taken_back_before_it_is_changed(desk, visit, step):
    step(visit, by=BY)
    said = take(desk, visit, "cancel").text
    assert f"It is {fresh(visit).get_status_display().lower()}." in said
    attendance.undo(fresh(visit), by=BY)
    take(desk, visit, "cancel")
    assert fresh(visit).status == Status.CANCELLED


def test_a_patient_cancels_nothing_that_has_begun(visit):
    with pytest.raises(NotChangeable):
        visits.cancel(visit)


@pytest.mark.parametrize("checked_in", [False, True])
def test_a_visit_that_has_begun_is_booked_anew_for_another_time(visit, checked_in):
    if checked_in:
        attendance.check_in(visit, by=BY)
    moved = move(fresh(visit), START + DAY)
    assert (moved.status, moved.starts_at) == (Status.BOOKED, START + DAY)
    assert templates() == ["appointment_moved"]


def test_who_walks_in_is_booked_for_now(service, provider):
    wanted = WantedVisit(provider, service, "TN", START - 5 * MINUTE, "Walked in")
    booked = staff_booking.book_for_patient(wanted, GRACE, by=BY)
    assert (booked.status, booked.starts_at) == (Status.BOOKED, START - 5 * MINUTE)


def test_nobody_is_booked_for_a_time_that_is_past(service, provider):
    past = START + MINUTE - WALK_IN
    wanted = WantedVisit(provider, service, "TN", past, "Walked in")
    with pytest.raises(TimePast):
        staff_booking.book_for_patient(wanted, GRACE, by=BY)
    assert not Appointment.objects.exists()

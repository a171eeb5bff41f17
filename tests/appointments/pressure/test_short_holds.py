"""How long a time is kept while much is held by people whose address nobody has proved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.booking import holds
from appointments.booking.holds import SHORT_HOLD
from appointments.models import Appointment, ClinicRules, Status
from tests.appointments import booking_steps, puzzle_solver
from tests.appointments.pressure.conftest import NIGHT_AND_DAY
from tests.appointments.pressure.pressure_steps import browser, of, take
from tests.factories import (
    make_hold,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db


def test_under_pressure_a_hold_is_short_cannot_be_prolonged_and_says_so(pressure, service):
    page = take(browser(), service, monday())
    hold = service.appointments.get()
    assert hold.held_until - hold.created <= SHORT_HOLD + timedelta(seconds=1)
    assert "three minutes" in page.text
    assert "I need more time" not in page.text
    assert not holds.extend(hold)


def test_a_hold_from_before_the_pressure_gets_no_more_time_and_keeps_what_was_typed(service):
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday())
    until = service.appointments.get().held_until
    ClinicRules.objects.create(most_hourly=20)
    elsewhere = make_service(providers=[make_provider(hours=NIGHT_AND_DAY)])
    for nth in range(5):
        make_hold(service=elsewhere, starts_at=monday(f"{8 + nth:02}:00"))
    page = visitor.submit(page, press="I need more time", first_name="Ottilie")
    assert "we cannot keep it longer" in page.text
    assert page.form_with("first_name").fields["first_name"] == "Ottilie"
    assert service.appointments.get().held_until == until


def test_who_types_slowly_still_gets_the_time(pressure, service, time_machine):
    visitor = browser()
    page = take(visitor, service, monday())
    Appointment.objects.filter(service=service).update(
        held_until=timezone.now() - timedelta(minutes=9)
    )
    page = puzzle_solver.pass_proof_of_work(visitor, booking_steps.fill_in(visitor, page))
    assert page.path.startswith("/book/done/")
    assert of().status == Status.HELD

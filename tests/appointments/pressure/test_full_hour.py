"""When as many visits were booked within an hour as staff allow, booking online rests."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from appointments.booking import pressure as booking_pressure
from appointments.models import Appointment, ClinicRules, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.pressure.pressure_steps import EMAIL, browser, prove
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    make_appointment,
    make_hold,
    monday,
)

pytestmark = pytest.mark.django_db


def test_when_as_many_are_held_as_staff_allow_a_proved_address_goes_on(service):
    ClinicRules.objects.create(most_unproved=2)
    for nth in range(2):
        make_hold(service=service, starts_at=monday(f"{9 + nth:02}:00"))
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday("15:00"))
    assert page.status == 409
    assert "show us first that your e-mail address is yours" in page.text
    prove(visitor, service)
    assert booking_steps.hold_time(visitor, service, monday("15:00")).status == 200


@pytest.fixture
def hour_is_full(service):
    ClinicRules.objects.create(most_hourly=2)
    signed_in("manager", email="manager@example.org")
    signed_in("editor", email="editor@example.org")
    for nth in range(2):
        booking_steps.book(browser(f"198.51.100.{nth}"), service, monday(weeks=nth + 1))


def test_when_an_hour_is_full_patients_get_a_phone_number_and_the_waitlist(hour_is_full, service):
    page = booking_steps.hold_time(browser(), service, monday(weeks=4))
    assert page.status == 429
    assert "Booking online takes a short rest" in page.text
    assert f"/book/tn/{service.slug}/waitlist/" in page.text
    assert page.headers["Retry-After"]


def test_whoever_typed_when_the_hour_became_full_loses_nothing(service):
    ClinicRules.objects.create(most_hourly=2)
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday(weeks=5))
    for nth in range(2):
        make_appointment(service=service, starts_at=monday(weeks=nth + 1))
    page = booking_steps.fill_in(visitor, page, first_name="Ottilie")
    assert page.status == 429
    assert not Appointment.objects.filter(email=EMAIL).exists()
    ClinicRules.objects.update(most_hourly=20)
    page = visitor.press(page, "Try again")
    assert "Thank you, Ottilie" in page.text


def test_an_hour_later_booking_goes_on(hour_is_full, service, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert booking_steps.hold_time(browser(), service, monday(weeks=4)).status == 200


def test_managers_get_one_neutral_mail_a_day(hour_is_full, service, time_machine):
    ClinicRules.objects.update(most_hourly=3)
    booking_steps.book(browser(), service, monday(weeks=5))
    mails = OutgoingEmail.objects.filter(template="booking_paused")
    assert [mail.to for mail in mails] == ["manager@example.org"]
    assert EMAIL not in mails[0].text
    assert "Grace" not in mails[0].text


def test_what_staff_book_does_not_count(service):
    ClinicRules.objects.create(most_hourly=1)
    make_appointment(service=service, made_by_staff=True)
    assert booking_steps.hold_time(browser(), service, monday(weeks=4)).status == 200


def test_staff_see_the_counts_and_set_the_limits(hour_is_full, settings):
    settings.STAFF_MFA_REQUIRED = False
    manager = signed_in("manager")
    rules = manager.get("/admin/appointments/clinicrules/1/change/").content.decode()
    assert "Booked online in the last hour: 2 of 2." in rules
    assert 'name="most_hourly"' in rules
    assert 'name="most_unproved"' in rules
    assert "Booking online rests" in manager.get("/admin/to-do/").content.decode()


def test_what_is_counted_as_taken_is_what_keeps_a_time(service):
    """The count is written by hand: it has to mean what `blocking` means, for every status."""
    now = timezone.now()
    ends = (None, now - timedelta(minutes=1), now, now + timedelta(minutes=1))
    ages = (timedelta(minutes=30), timedelta(hours=2), timedelta(days=2))
    kinds = product(Status, ends, ages, (False, True))
    for nth, (status, until, age, proved) in enumerate(kinds):
        if status == Status.HELD and until is None:
            continue  # the database keeps no such row
        visit = make_appointment(service=service, starts_at=monday() + timedelta(days=7 * nth))
        rows = Appointment.objects.filter(pk=visit.pk)
        rows.update(status=status, held_until=until, created=now - age, proved=proved)
        rows.update(made_by_staff=nth % 5 == 0)
    taken = Appointment.objects.blocking(now).filter(made_by_staff=False)
    taken = taken.filter(created__gt=now - timedelta(days=1))
    visits = taken.exclude(status=Status.HELD)
    in_hour = visits.filter(created__gt=now - timedelta(hours=1))
    expected = (
        taken.filter(status=Status.HELD, proved=False).count(),
        in_hour.count(),
        in_hour.filter(proved=False).count(),
        visits.filter(proved=False).count(),
    )
    assert booking_pressure.read(now)[:4] == expected
    assert min(expected) > 0

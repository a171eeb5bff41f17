"""What a booking waits for while much is booked by people whose address nobody has proved."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.booking.visits import CONFIRM_WITHIN
from appointments.models import Appointment, ClinicRules, Status
from appointments.scheduling import availability
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.pressure.pressure_steps import EMAIL, book, browser, mailed, of, prove, take
from tests.factories import (
    make_appointment,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db


def test_under_pressure_a_booking_waits_for_the_button_behind_the_mailed_link(pressure, service):
    visitor = browser()
    page = book(visitor, service, monday())
    assert "One more step" in page.text
    visit = of()
    assert visit.status == Status.HELD
    left = visit.held_until - timezone.now()
    assert timedelta(minutes=29) < left <= CONFIRM_WITHIN
    assert [mail.template for mail in OutgoingEmail.objects.all()] == ["appointment_confirm"]
    page = visitor.get(mailed("appointment_confirm"))
    assert of().status == Status.HELD, "whoever scans mail opens links"
    visitor.press(page, "Yes, book this visit")
    assert (of().status, of().proved) == (Status.BOOKED, True)
    assert OutgoingEmail.objects.filter(template="appointment_booked").count() == 1


def test_what_nobody_confirms_is_free_again_after_half_an_hour(pressure, service, time_machine):
    visitor = browser()
    done = book(visitor, service, monday())
    second = int(monday().timestamp())
    assert second not in availability.grid(service, "TN").merged()
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    assert second in availability.grid(service, "TN").merged()
    assert "This time was given back" in visitor.get(done.path).text


def test_confirming_late_books_while_nobody_else_has_the_time(pressure, service, time_machine):
    visitor = browser()
    book(visitor, service, monday())
    time_machine.move_to(timezone.now() + timedelta(minutes=45))
    page = visitor.get(mailed("appointment_confirm"))
    assert "it may still be free" in page.text
    visitor.press(page, "Yes, book this visit")
    assert of().status == Status.BOOKED


def test_choosing_another_time_gives_back_no_visit_that_waits(pressure, service):
    visitor = browser()
    book(visitor, service, monday("10:00"))
    assert take(visitor, service, monday("14:00")).path.startswith("/book/details/")
    assert of().status == Status.HELD


def test_the_done_page_is_the_same_for_every_address(pressure, service):
    """Known, unknown, or with many visits: under pressure all are told the same."""
    ClinicRules.objects.update(most_upcoming=1)
    make_appointment(service=service, email="many@example.org", starts_at=monday(weeks=3))
    make_appointment(
        service=service, email="known@example.org", starts_at=timezone.now() - timedelta(days=9)
    )
    pages = []
    for nth, email in enumerate(["many@example.org", "known@example.org", "new@example.org"]):
        page = book(
            browser(f"198.51.100.{nth}"), service, monday("14:00", weeks=nth + 1), email=email
        )
        text = page.text.split("<h1>")[1].split('<p class="muted"')[0]
        pages.append(re.sub(r"\d+:\d+|<time.*?</time>", "", text.replace(email, ""), flags=re.S))
    assert len(set(pages)) == 1
    assert "One more step" in pages[0]


def test_who_proved_the_address_books_at_once_without_work_and_for_ten_minutes(pressure, service):
    visitor = browser()
    prove(visitor, service)
    page = booking_steps.hold_time(visitor, service, monday())
    assert page.status == 200
    assert "three minutes" not in page.text
    page = booking_steps.fill_in(visitor, page, email=EMAIL)
    assert "You are booked" in page.text
    assert (of().status, of().proved) == (Status.BOOKED, True)


def test_a_proof_of_one_address_books_nothing_at_once_for_another(pressure, service):
    visitor = browser()
    prove(visitor, service)
    page = booking_steps.fill_in(
        visitor, booking_steps.hold_time(visitor, service, monday()), email="else@example.org"
    )
    assert "One more step" in page.text
    assert of("else@example.org").status == Status.HELD


def test_one_proved_address_holds_one_time_in_whatever_number_of_browsers(pressure, service):
    first, second = browser(), browser("198.51.100.2")
    prove(first, service)
    link = mailed("email_proof")
    second.press(second.get(link), "See open times")
    booking_steps.hold_time(first, service, monday("10:00"))
    booking_steps.hold_time(second, service, monday("14:00"))
    held = service.appointments.filter(status=Status.HELD)
    assert [hold.starts_at for hold in held] == [monday("14:00")]


def test_an_address_keeps_two_times_that_wait_and_its_other_mails_still_book(pressure):
    service = make_service(providers=[make_provider(), make_provider()])
    for nth in range(4):
        page = book(browser(f"198.51.100.{nth}"), service, monday(f"{9 + 2 * nth:02}:00"))
        assert "One more step" in page.text
    waiting = Appointment.objects.filter(email=EMAIL)
    assert waiting.blocking(timezone.now()).count() == 2
    patient = browser()
    patient.press(patient.get(mailed("appointment_confirm")), "Yes, book this visit")
    assert waiting.filter(status=Status.BOOKED).count() == 1


def test_an_address_over_its_limit_keeps_two_times_on_a_calm_day_too(service):
    ClinicRules.objects.create(most_upcoming=1)
    for nth in range(5):
        page = booking_steps.book(browser(f"198.51.100.{nth}"), service, monday(weeks=nth + 1))
        assert "Thank you" in page.text
    mine = Appointment.objects.filter(email=EMAIL).blocking(timezone.now())
    assert mine.count() == 3

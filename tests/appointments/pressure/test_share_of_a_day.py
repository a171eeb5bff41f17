"""People whose address nobody has proved may hold a third of each day."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments import links
from appointments.models import Status
from tests.appointments import booking_steps, puzzle_solver
from tests.appointments.pressure.pressure_steps import EMAIL, browser, of, prove, take
from tests.factories import (
    make_appointment,
    monday,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_third_is_held(service):
    """Of one provider's sixteen times that day five are held by who proved nothing."""
    starts = [monday(f"{9 + nth:02}:00") for nth in range(6)]
    pages = [
        booking_steps.hold_time(browser(f"198.51.100.{nth}"), service, start)
        for nth, start in enumerate(starts)
    ]
    assert [page.status for page in pages] == [200] * 5 + [409]
    return pages[-1]


def test_who_meets_the_share_gets_other_times_and_takes_one(a_third_is_held, service):
    assert "A great many people are choosing times" in a_third_is_held.text
    visitor = browser("198.51.100.5")
    page = booking_steps.hold_time(visitor, service, monday("14:00"))
    assert visitor.press(page, "Take ").path.startswith("/book/details/")


def test_the_calendar_still_shows_all_that_is_free(a_third_is_held, service):
    page = booking_steps.times_page(browser(), service, query=f"?day={monday():%Y-%m-%d}")
    assert page.text.count('name="slot"') >= 11


def test_who_proved_an_address_takes_any_of_the_rest(a_third_is_held, service):
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday("15:00"))
    assert page.status == 409
    assert f"/book/tn/{service.slug}/proof/" in page.text
    prove(visitor, service)
    page = booking_steps.fill_in(
        visitor, booking_steps.hold_time(visitor, service, monday("15:00")), email=EMAIL
    )
    assert of().status == Status.BOOKED


def test_booked_visits_of_a_day_leave_a_third_of_what_is_left(service):
    for nth in range(10):
        make_appointment(
            service=service, starts_at=monday() + timedelta(minutes=30 * nth), proved=True
        )
    left = [monday("09:00"), monday("09:30"), monday("15:00"), monday("15:30")]
    codes = [
        booking_steps.hold_time(browser(f"198.51.100.{nth}"), service, start).status
        for nth, start in enumerate(left)
    ]
    assert codes == [200, 200, 409, 409], "two in any case"


def test_a_hold_that_ran_out_is_no_way_past_the_share(service, pressure):
    visitors = [browser(f"198.51.100.{nth}") for nth in range(10)]
    pages = []
    for nth, visitor in enumerate(visitors):
        pages.append(take(visitor, service, monday() + timedelta(minutes=30 * nth)))
        service.appointments.update(held_until=timezone.now() - timedelta(seconds=1))
    assert {page.status for page in pages} == {200}
    for nth, (visitor, page) in enumerate(zip(visitors, pages, strict=True)):
        puzzle_solver.pass_proof_of_work(
            visitor, booking_steps.fill_in(visitor, page, email=f"some{nth}@example.org")
        )
    assert service.appointments.blocking(timezone.now()).count() == 5


def test_moving_what_nobody_proved_is_no_way_past_the_share(a_third_is_held, service):
    visitor = browser()
    page = booking_steps.book(visitor, service, monday(weeks=3))
    page = visitor.get(re.search(r'"(/appointments/[^"]+/)"', page.text)[1])
    moved = visitor.get(re.search(r'"(/appointments/[^"]+/reschedule/)"', page.text)[1])
    sent = moved.form_with("csrfmiddlewaretoken").fields | {
        "slot": booking_steps.slot(monday("15:00"))
    }
    answer = visitor.post(moved.path, sent)
    assert answer.status == 409
    assert "A great many people" in answer.text
    mailed_page = links.page(of(), "reschedule")
    assert visitor.post(mailed_page, sent).status == 200
    assert (of().starts_at, of().proved) == (monday("15:00"), True)

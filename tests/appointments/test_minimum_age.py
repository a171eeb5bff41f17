"""Who is too young for a kind of visit is told so kindly, wherever it is booked."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from appointments.booking import moves
from appointments.booking.rules import TooYoung, age_on
from appointments.models import Appointment, Service, Status, WaitlistEntry
from tests.api.program import Program, wanted
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_staff_book import book, text_of, typed
from tests.factories import make_appointment, make_patient, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db


def born(*, years: int, before: date, days: int = 0) -> str:
    """Return the birthday of who turns so many years old so many days after `before`."""
    day = before + timedelta(days=days)
    return f"{day.replace(year=day.year - years, day=min(day.day, 28)):%m/%d/%Y}"


def day_of_visit() -> date:
    return monday().date()


def booked() -> list[Appointment]:
    return list(Appointment.objects.filter(status=Status.BOOKED))


def test_a_birthday_counts_from_its_day_on():
    assert age_on(date(2008, 11, 27), date(2026, 11, 27)) == 18
    assert age_on(date(2008, 11, 28), date(2026, 11, 27)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17


def test_the_page_says_so_beside_the_date_and_shows_a_way_on():
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday())
    page = booking_steps.fill_in(visitor, page, birth_date=born(years=17, before=day_of_visit()))
    assert "This visit is for people who are 18 or older that day" in page.text
    assert "Younger than 18? You did right to look for help" in page.text
    assert 'value="grace@example.org"' in page.text
    assert not booked()


def test_whoever_turns_old_enough_by_the_visit_is_booked():
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday())
    booking_steps.fill_in(visitor, page, birth_date=born(years=18, before=day_of_visit()))
    assert len(booked()) == 1


def test_staff_set_it_on_the_service():
    visitor, service = in_process(), make_service(minimum_age=16)
    page = booking_steps.hold_time(visitor, service, monday())
    booking_steps.fill_in(visitor, page, birth_date=born(years=17, before=day_of_visit()))
    assert len(booked()) == 1


def test_the_waitlist_asks_for_the_same(client):
    service = make_service()
    sent = booking_steps.DETAILS | {"birth_date": born(years=17, before=date.today())}
    page = client.post(f"/book/tn/{service.slug}/waitlist/", sent)
    assert "18 or older" in page.text
    assert not WaitlistEntry.objects.exists()


def test_a_program_is_told_which_field_it_is():
    service = make_service()
    answer = Program().post("/bookings", wanted(service, monday(), birth_date="2015-01-01"))
    assert answer.status == 422
    assert answer.fields == {"patient.birth_date"}


def test_staff_cannot_book_it_either_whatever_reason_they_give(settings):
    settings.STAFF_MFA_REQUIRED = False
    desk, service = signed_in("front desk"), make_service()
    answer = book(desk, service, birth_date="01/01/2015", reason="Mother asked")
    assert "18 or older on that day: its service says so" in text_of(answer)
    assert not booked()


def test_nor_put_somebody_on_the_waitlist_who_is_too_young(settings):
    settings.STAFF_MFA_REQUIRED = False
    desk, service = signed_in("front desk"), make_service()
    sent = typed(birth_date="01/01/2015") | {"service": service.pk, "state": "TN"}
    answer = desk.post(reverse("admin:appointments_waitlistentry_add_caller"), sent)
    assert "18 or older on that day" in text_of(answer)
    assert not WaitlistEntry.objects.exists()


def visit_of(birth_date: date) -> Appointment:
    patient = make_patient(birth_date=birth_date)
    return make_appointment(patient=patient, starts_at=monday("10:00", weeks=3))


def test_a_visit_is_not_moved_before_the_birthday_that_it_came_after():
    day = monday(weeks=2).date()
    visit = visit_of(day.replace(year=day.year - 18))
    with pytest.raises(TooYoung):
        moves.move(visit, provider=None, starts_at=monday("10:00"), proved=True)


def test_a_visit_from_before_the_rule_can_still_be_moved():
    visit = visit_of(date(2015, 1, 1))
    moves.move(visit, provider=None, starts_at=monday("10:00"), proved=True)
    visit.refresh_from_db()
    assert visit.starts_at == monday("10:00")


def test_every_service_starts_at_18():
    assert Service(name="x", minutes=30).minimum_age == 18

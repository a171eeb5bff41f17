"""Who has a first visit this week and books another is asked, where nobody else can read it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appointments import links
from appointments.models import Appointment, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_patient, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
ASKED, MAILED = "You already have a visit on", "You have another appointment around that time"


def books(visitor, service, starts_at, **answers):
    """Go to the details page of that time and book it; return the details page and the visit."""
    page = booking_steps.hold_time(visitor, service, starts_at)
    booking_steps.fill_in(visitor, page, **answers)
    return page, Appointment.objects.filter(status=Status.BOOKED).latest("pk")


def mail_of(visit: Appointment) -> OutgoingEmail:
    return OutgoingEmail.objects.get(key=f"appointment-booked:{visit.pk}")


def page_of(visit: Appointment) -> str:
    return in_process().get(links.page(visit)).text


def test_the_mail_and_the_pages_behind_its_link_ask():
    service = make_service()
    _page, first = books(in_process(), service, monday("10:00"))
    _page, second = books(in_process(), service, monday("11:00"))
    assert MAILED not in mail_of(first).text
    assert MAILED in mail_of(second).text
    assert MAILED in mail_of(second).html
    for one, other in ((first, second), (second, first)):
        page = page_of(one)
        assert ASKED in page
        assert links.page(other) in page


def test_a_stranger_who_types_the_address_sees_the_same_as_for_nobody():
    service = make_service()
    books(in_process(), service, monday("10:00"))
    stranger = in_process()
    page = booking_steps.hold_time(stranger, service, monday("11:00"))
    done = booking_steps.fill_in(stranger, page)
    assert ASKED not in page.text + done.text
    second = Appointment.objects.filter(status=Status.BOOKED).latest("pk")
    assert ASKED not in stranger.get(links.handed_page(second, "visit")).text


def test_the_browser_that_booked_within_the_hour_is_asked_before_it_books_again():
    visitor, service = in_process(), make_service()
    _page, first = books(visitor, service, monday("10:00"))
    page = booking_steps.hold_time(visitor, service, monday("11:00"))
    assert ASKED in page.text
    assert visitor.get(links.handed_page(first, "visit")).status == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        later = booking_steps.hold_time(visitor, service, monday("12:00"))
    assert ASKED not in later.text


@pytest.mark.parametrize("took_place", [Status.COMPLETED, Status.CHECKED_IN])
def test_who_was_seen_before_is_not_asked(took_place):
    patient = make_patient(email="grace@example.org")
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        make_appointment(patient=patient, status=took_place, starts_at=timezone.now())
    for clock in ("10:00", "11:00"):
        visit = make_appointment(patient=patient, email=patient.email, starts_at=monday(clock))
    assert ASKED not in page_of(visit)


def test_visits_more_than_a_week_apart_are_not_asked_about():
    patient = make_patient(email="grace@example.org")
    for weeks in (1, 3):
        visit = make_appointment(patient=patient, starts_at=monday("10:00", weeks=weeks))
    assert ASKED not in page_of(visit)

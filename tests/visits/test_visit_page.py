"""The patient's page of a visit in a room of ours: what it says at each minute, of each status."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appointments import links
from appointments.models import Appointment, Status
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_provider, make_service, monday
from tests.pages.factories import make_practice
from tests.visitor import Page, in_process
from visits import encounter, guests
from visits.models import Guest

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
COME_IN, CHECK, AGAIN = "Come in", "Check your camera and sound", "Book another time"
IN_LINE, RETURN = "Back to your place in line", "Return to the visit"


@pytest.fixture
def visit() -> Appointment:
    """Half an hour long, with a provider who has no room elsewhere."""
    make_practice()
    provider = make_provider(name="Anna Berg", video_room="")
    return make_appointment(service=make_service(providers=[provider]), starts_at=monday("10:00"))


def shown(visit: Appointment, moment: datetime) -> Page:
    with time_machine.travel(moment, tick=False):
        return in_process().get(links.page(visit))


def looks_again_after(page: Page) -> int:
    return int(page.text.partition('data-look-again-after="')[2].partition('"')[0])


def set_status(visit: Appointment, status: str) -> None:
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    visit.refresh_from_db()


def room_address(visit: Appointment) -> str:
    return reverse("visits:room", args=[links.token(visit)])


@pytest.mark.parametrize("before", [48 * HOUR, 16 * MINUTE])
def test_until_the_room_opens_the_page_says_when_and_offers_the_check(visit, before):
    page = shown(visit, visit.starts_at - before)
    assert "You can come in from 9:45 am" in page.text
    assert CHECK in page.text
    assert COME_IN not in page.text
    assert "will call you" not in page.text


def test_it_looks_again_at_the_very_minute_in_which_the_room_opens(visit):
    page = shown(visit, visit.starts_at - 20 * MINUTE)
    assert 300 <= looks_again_after(page) <= 301


@pytest.mark.parametrize("after", [-14 * MINUTE, 0 * MINUTE, 31 * MINUTE, 89 * MINUTE])
@pytest.mark.parametrize("status", [Status.BOOKED, Status.CHECKED_IN])
def test_from_fifteen_minutes_before_the_way_in_is_there(visit, status, after):
    set_status(visit, status)
    page = shown(visit, visit.starts_at + after)
    assert COME_IN in page.text
    assert room_address(visit) in page.text
    assert looks_again_after(page) <= 5
    assert AGAIN not in page.text


def test_each_step_into_the_room_is_said_on_the_page(visit):
    at, staff = visit.starts_at + 2 * MINUTE, make_staff("clinician", name="Ruth")
    with time_machine.travel(at, tick=False):
        encounter.knock(visit)
    page = shown(visit, at)
    assert IN_LINE in page.text
    assert "You are in line." in page.text
    with time_machine.travel(at, tick=False):
        encounter.admit(visit, by=staff)
    assert RETURN in shown(visit, at).text
    with time_machine.travel(at, tick=False):
        encounter.by_phone(visit, by=staff)
    page = shown(visit, at)
    assert "Keep your phone near" in page.text
    assert "(615) 555-0117" in page.text
    with time_machine.travel(at, tick=False):
        encounter.finish(visit, by=staff, outcome="by_phone")
    page = shown(visit, at)
    assert RETURN not in page.text
    assert "This visit has taken place." in page.text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.CANCELLED, "This visit is cancelled."),
        (Status.COMPLETED, "This visit has taken place."),
        (Status.NO_SHOW, "We missed you that day."),
        (Status.EXPIRED, "This time was given back."),
        (Status.RELEASED, "This time was given back."),
        (Status.HELD, "We keep it for you until"),
    ],
)
def test_no_other_status_leads_into_the_room(visit, status, said):
    held_until = visit.starts_at - MINUTE
    Appointment.objects.filter(pk=visit.pk).update(status=status, held_until=held_until)
    page = shown(visit, visit.starts_at - 5 * MINUTE)
    assert said in page.text
    check_address = reverse("visits:check", args=[links.token(visit)])
    for way_in in (COME_IN, IN_LINE, RETURN, check_address, room_address(visit)):
        assert way_in not in page.text
    with time_machine.travel(visit.starts_at - 5 * MINUTE):
        check = in_process().get(check_address)
        assert check.path == links.page(visit), "its page says what it is"


def test_an_hour_after_the_end_the_page_says_whom_to_call(visit):
    page = shown(visit, visit.ends_at + 61 * MINUTE)
    assert COME_IN not in page.text
    assert "If you still wait" in page.text
    assert "tel:" in page.text.partition('data-part="join"')[2].partition("visit-card")[0]


def test_a_visit_by_phone_or_in_a_room_elsewhere_has_no_room_here(visit):
    at = visit.starts_at - 5 * MINUTE
    visit.provider.video_room = "https://video.example.org/vale"
    visit.provider.save()
    page = shown(visit, at)
    assert "https://video.example.org/vale" in page.text
    assert room_address(visit) not in page.text
    visit.service.channel = "phone"
    visit.service.save()
    assert "will call you at" in shown(visit, at).text


def test_a_browser_that_proved_no_address_is_told_the_same_of_a_visit_that_waits(visit):
    """That its address has many visits is nobody else's to know."""
    now = visit.starts_at - 5 * MINUTE
    Appointment.objects.filter(pk=visit.pk).update(created=now - 10 * MINUTE)
    path, told = links.handed_page(visit, "visit"), list[str]()
    ours = in_process(Client(headers={"sec-fetch-site": "same-origin"}))
    for status in (Status.BOOKED, Status.HELD):
        held_until = now + HOUR if status == Status.HELD else None
        Appointment.objects.filter(pk=visit.pk).update(status=status, held_until=held_until)
        with time_machine.travel(now, tick=False):
            told.append(in_process().get(path).text)
            room = in_process().get(f"{path}room/")
            ticket = ours.post(f"{path}room/ticket/", {})
        assert room.path == path, "it leads back to its page"
        assert ticket.status == 403
        told[-1] += ticket.text
    assert told[0].count("Open the link in our e-mail or text to come in") == 2
    assert told[0] == told[1]


def test_whom_the_clinic_asks_is_a_question_on_the_page(visit):
    guest, _token = guests.ask(
        visit, name="Luz", role=Guest.Role.INTERPRETER, by=make_staff("clinician")
    )
    page = shown(visit, visit.starts_at - 2 * HOUR)
    assert "May somebody else take part?" in page.text
    assert "Luz" in page.text
    guests.agree(guest)
    page = shown(visit, visit.starts_at - 2 * HOUR)
    assert "May somebody else take part?" not in page.text
    assert "1 person takes part with you" in page.text

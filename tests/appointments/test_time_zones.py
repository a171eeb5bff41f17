"""Whose clock: a visit has that of the place where its patient will be, whatever a browser says.

Where the browser is elsewhere a page shows both.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from appointments import links
from appointments.booking import visits
from appointments.emails import reminders
from appointments.models import Appointment, Status, WaitlistEntry
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATES
from appointments.waitlist import links as place_links
from appointments.waitlist import offers
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import (
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
NEW_YORK, CENTRAL, PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"
ICELAND = "Atlantic/Reykjavik"
ONE_PM = monday("13:00", zone=NEW_YORK)


def visitor_with(zone: str) -> Visitor:
    """Somebody whose browser keeps that clock."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["zone"] = zone
    return in_process(client)


@pytest.fixture
def service():
    """In New York, by a provider in Tennessee."""
    return make_service(providers=[make_provider(states=["NY", "TN"], hours="07:00-19:00")])


def words(page: Page) -> str:
    return " ".join(page.text.split())


# ── the zone of a visit ───────────────────────────────────────────────────────


@pytest.mark.parametrize("zone", [ICELAND, PACIFIC, "Etc/GMT+5", "UTC", "Asia/Kolkata", "Mars/X"])
def test_a_visit_in_new_york_is_mailed_in_eastern_time_whatever_the_browser_says(service, zone):
    visitor = visitor_with(zone)
    page = booking_steps.fill_in(visitor, booking_steps.hold_time(visitor, service, ONE_PM, "ny"))
    assert "1:00 pm" in page.text
    assert "Eastern Time" in page.text
    visit = Appointment.objects.get()
    assert visit.zone == NEW_YORK
    mail = OutgoingEmail.objects.get(template="appointment_booked")
    assert mail.subject.endswith("at 1:00 pm Eastern Time")
    with time_machine.travel(ONE_PM - timedelta(minutes=59)):
        reminders.write_due()
    mail = OutgoingEmail.objects.get(template="appointment_reminder")
    assert mail.subject.endswith("at 1:00 pm Eastern Time")


def test_a_wait_in_new_york_is_offered_in_eastern_time(service):
    visitor = visitor_with(ICELAND)
    page = visitor.get(f"/book/ny/{service.slug}/waitlist/")
    visitor.submit(page, press="Join the waitlist", **booking_steps.DETAILS)
    entry = WaitlistEntry.objects.get()
    assert entry.zone == NEW_YORK
    WaitlistEntry.objects.update(sooner_than=None)
    with time_machine.travel(ONE_PM - timedelta(days=3, minutes=10)):
        assert offers.offer_freed_times() == 1
    assert OutgoingEmail.objects.get(template="waitlist_offer").subject.endswith("Eastern Time")
    with time_machine.travel(ONE_PM - timedelta(days=3, minutes=10)):
        page = visitor.get(place_links.page(entry))
        assert "Eastern Time" in page.text
        assert "where you are" in page.text


@pytest.mark.parametrize(
    ("state", "mine", "expected"),
    [
        ("NY", PACIFIC, NEW_YORK),
        ("TN", NEW_YORK, NEW_YORK),
        ("TN", PACIFIC, CENTRAL),
        ("AZ", "America/Denver", "America/Denver"),
        ("AZ", PACIFIC, "America/Phoenix"),
        ("VI", "America/Puerto_Rico", "America/St_Thomas"),
    ],
)
def test_of_a_state_with_several_zones_the_browsers_counts_if_it_is_one(state, mine, expected):
    assert STATES[state].zone_for(mine) == expected


def test_where_a_split_state_is_not_that_of_the_browser_the_answer_decides(service):
    page = booking_steps.hold_time(visitor_with(PACIFIC), service, ONE_PM)
    assert "zone" not in page.form_with("first_name").fields  # nothing is chosen for them
    page = booking_steps.hold_time(visitor_with("US/Eastern"), service, monday("14:00"))
    assert page.form_with("first_name").fields["zone"] == NEW_YORK


# ── zones in words ────────────────────────────────────────────────────────────


def test_no_zone_is_called_an_unknown_region():
    named = {zone: time_zones.words(zone) for zone in available_timezones()}
    assert [zone for zone, said in named.items() if "nknown" in said or not said] == []
    assert named["Etc/GMT+5"] == "UTC−5"
    assert named["America/Coyhaique"] == "Coyhaique Time"
    assert named["America/Indiana/Indianapolis"] == "Eastern Time"


@pytest.mark.parametrize("zone", ["Etc/GMT+5", "Etc/UTC", "UTC"])
def test_a_zone_of_no_place_is_no_guess(service, zone):
    visitor = visitor_with(zone)
    page = booking_steps.times_page(visitor, service, "ny", f"?day={ONE_PM.date()}")
    assert "All times are Eastern Time" in page.text
    assert "where you are" not in page.text


# ── both clocks ───────────────────────────────────────────────────────────────


def test_where_the_browser_is_elsewhere_every_time_shows_both_clocks(service):
    page = booking_steps.times_page(visitor_with(PACIFIC), service, "ny", f"?day={ONE_PM.date()}")
    assert "All times are Pacific Time" in page.text
    [button] = [
        b for form in page.forms for b in form.buttons if b.value == booking_steps.slot(ONE_PM)
    ]
    assert button.text == "10:00 am"
    after = words(page).partition(f'id="at-{booking_steps.slot(ONE_PM)}">')[2]
    assert after.partition("</span>")[0].endswith("1:00 pm in New York")


def test_where_the_browser_is_at_the_place_there_is_one_clock(service):
    page = booking_steps.times_page(visitor_with(NEW_YORK), service, "ny", f"?day={ONE_PM.date()}")
    assert "in New York<" not in page.text
    page = booking_steps.hold_time(visitor_with(NEW_YORK), service, ONE_PM, "ny")
    assert "where you are" not in page.text


def test_the_zone_stands_in_the_holds_banner_with_the_place_first(service):
    page = booking_steps.hold_time(visitor_with(PACIFIC), service, ONE_PM, "ny")
    assert "at 1:00 pm Eastern Time for you." in words(page)
    assert "1:00 pm in New York, 10:00 am where you are" in words(page)


def test_the_zone_stands_beside_the_first_time_and_the_nearest(service):
    page = booking_steps.times_page(in_process(), service, "ny")
    first = words(page).partition('id="first-title"')[2]
    assert "Eastern Time, with" in first.partition("</section>")[0]
    make_hold(service=service, starts_at=ONE_PM, minutes=9)
    page = booking_steps.hold_time(in_process(), service, ONE_PM, "ny")
    assert page.status == 409
    assert "at 1:00 pm Eastern Time is not free" in words(page)
    assert "at 12:30 pm Eastern Time</b>" in words(page)


def test_for_someone_elses_visit_the_place_leads_also_when_its_time_was_taken(service):
    visitor = visitor_with(PACIFIC)
    page = booking_steps.hold_time(visitor, service, ONE_PM, "ny")
    Appointment.objects.update(status=Status.EXPIRED, held_until=timezone.now())
    make_appointment(service=service, starts_at=ONE_PM)
    page = booking_steps.fill_in(visitor, page, booked_for="other", booked_by="Rosa Whitfield")
    assert page.status == 409
    assert "at 1:00 pm Eastern Time is not free" in words(page)
    assert "9:30 am where you are" in words(page)


@pytest.mark.parametrize("name", ["visit", "cancel", "reschedule", "done"])
def test_the_pages_of_a_visit_show_the_place_first_and_both_clocks(service, name):
    visit = make_appointment(service=service, starts_at=ONE_PM, state="NY", zone=NEW_YORK)
    path = links.handed_page(visit) if name == "done" else links.page(visit, name)
    page = visitor_with(PACIFIC).get(path + f"?day={ONE_PM.date()}")
    assert "1:00 pm" in words(page)
    assert "Eastern Time" in words(page)
    assert "10:00 am where you are" in words(page)
    assert "m where you are" not in visitor_with(NEW_YORK).get(path).text


def test_another_day_where_somebody_is_gets_its_name(service):
    visit = make_appointment(service=service, starts_at=ONE_PM, state="NY", zone=NEW_YORK)
    page = visitor_with("Pacific/Guam").get(links.page(visit))
    assert "am on Tuesday where you are" in words(page)


# ── a clock that comes twice ──────────────────────────────────────────────────


NIGHT = datetime(2027, 11, 7, 0, 30, tzinfo=ZoneInfo(CENTRAL))  # the clocks go back at 2:00


@pytest.fixture
def night():
    """A service at night, in the week before the clocks go back."""
    with time_machine.travel(NIGHT - timedelta(days=5)):
        provider = make_provider(hours="00:00-06:00")
        yield make_service(providers=[provider], minutes=30, step=30)


def test_two_starts_of_the_same_clock_are_told_apart(night):
    page = booking_steps.times_page(in_process(), night, query="?day=2027-11-07")
    starts = [b.text for form in page.forms for b in form.buttons if b.name == "slot"]
    assert starts[1:8] == [
        "12:00 am",
        "12:30 am",
        "1:00 am, before the clocks change",
        "1:30 am, before the clocks change",
        "1:00 am, after the clocks change",
        "1:30 am, after the clocks change",
        "2:00 am",
    ]


@pytest.mark.parametrize(
    ("utc", "which"),
    [("06:00Z", "before the clocks change"), ("07:00Z", "after the clocks change")],
)
def test_the_page_and_the_mail_say_which_of_the_two_it_is(night, utc, which):
    visitor = in_process()
    page = booking_steps.book(visitor, night, datetime.fromisoformat(f"2027-11-07T{utc}"))
    assert f"1:00 am, {which}" in page.text
    mail = OutgoingEmail.objects.get(template="appointment_booked")
    assert mail.subject.endswith(f"at 1:00 am Central Time, {which}")
    assert f"1:00 am, {which}, Central Time" in mail.text
    assert f"1:00 am Central Time, {which}" in mail.html
    visit = Appointment.objects.get()
    assert f"1:00 am, {which}" in visitor.get(links.page(visit)).text
    visits.cancel(visit)
    mail = OutgoingEmail.objects.get(template="appointment_cancelled")
    assert which in mail.subject

"""What was typed about the patient is not lost with the time: it comes back in the next form.

It travels in the forms of our pages, never in a cookie, a cache or an address.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from appointments.booking import holds
from appointments.booking.holds import HOLD_FOR
from appointments.models import Appointment, ConsentText, Service, Status
from tests.appointments import booking_steps
from tests.factories import make_provider, make_service, make_time_off, monday
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
TYPED = {
    "booked_for": "other",
    "booked_by": "Nora Mother",
    "first_name": "Ottilie",
    "last_name": "Quist",
    "birth_date": "1/2/1990",
    "phone": "615 555 0142",
    "email": "ottilie@example.org",
    "contact": "call",
}
FIRST, SECOND = monday("10:00"), monday("14:00")


@pytest.fixture
def service() -> Service:
    return make_service(providers=[make_provider(slug="anna-berg")])


@pytest.fixture
def visitor() -> Visitor:
    return in_process()


def answers() -> dict[str, str]:
    return TYPED | {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}


def fill_in(page: Page) -> dict[str, str]:
    return page.form_with("first_name").filled(**answers())


def send(visitor: Visitor, page: Page, press: str = "Book this visit") -> Page:
    return visitor.submit(page, press=press, **answers())


def kept(page: Page) -> dict[str, str]:
    """What the form about the patient holds, of what was typed."""
    fields = page.form_with("first_name").fields
    return {name: fields.get(name, "") for name in answers()}


def carried(page: Page) -> dict[str, str]:
    """What the buttons that take a time send along."""
    form = next(form for form in page.forms if any(b.name == "slot" for b in form.buttons))
    return {
        name.removeprefix("typed-"): value
        for name, value in form.fields.items()
        if name.startswith("typed-") and name != "typed-zone"
    }


def take_in_another_tab(visitor: Visitor, service: Service) -> Page:
    return booking_steps.hold_time(visitor, service, SECOND)


def deleted() -> None:
    holds.purge_abandoned_holds()
    assert not Appointment.objects.filter(starts_at=FIRST).exists()


# ── two tabs ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("booked", [False, True], ids=["taken", "booked"])
@pytest.mark.parametrize("purged", [False, True], ids=["released", "deleted"])
def test_another_time_in_a_second_tab_loses_nothing_in_the_first(visitor, service, booked, purged):
    first = booking_steps.hold_time(visitor, service, FIRST)
    second = take_in_another_tab(visitor, service)
    if booked:
        booking_steps.fill_in(visitor, second)
    if purged:
        deleted()
    page = send(visitor, first)
    assert "Now we keep it for you again" in page.text
    assert kept(page) == answers()
    assert Appointment.objects.filter(starts_at=FIRST, status=Status.HELD).count() == 1
    assert not Appointment.objects.filter(starts_at=FIRST).visits().exists(), "a last look first"
    assert send(visitor, page).path.startswith("/book/done/")
    visit = Appointment.objects.visits().get(starts_at=FIRST)
    assert (visit.email, visit.booked_by) == (TYPED["email"], TYPED["booked_by"])


@pytest.mark.parametrize("purged", [False, True], ids=["released", "deleted"])
def test_where_somebody_has_that_time_by_now_the_next_one_gets_what_was_typed(
    visitor, service, purged
):
    first = booking_steps.hold_time(visitor, service, FIRST)
    take_in_another_tab(visitor, service)
    if purged:
        deleted()
    booking_steps.book(in_process(), service, FIRST)
    page = send(visitor, first)
    assert (page.status, carried(page)) == (409, answers())
    page = visitor.press(page, "Take ")
    assert kept(page) == answers()


def test_where_the_clinic_has_closed_that_time_by_now_too(visitor, service):
    first = booking_steps.hold_time(visitor, service, FIRST)
    take_in_another_tab(visitor, service)
    make_time_off(None, FIRST.date(), hours="09:00-12:00")
    page = send(visitor, first)
    assert "that time is not open any more" in page.text
    assert carried(page) == answers()


def test_more_time_for_a_hold_that_is_gone_keeps_it_too(visitor, service):
    first = booking_steps.hold_time(visitor, service, FIRST)
    take_in_another_tab(visitor, service)
    page = send(visitor, first, press="I need more time")
    assert kept(page) == answers()


def test_the_hold_of_the_second_tab_is_taken_once_more_in_the_same_way(visitor, service):
    first = booking_steps.hold_time(visitor, service, FIRST)
    second = take_in_another_tab(visitor, service)
    send(visitor, first)
    page = send(visitor, second)
    assert kept(page) == answers()
    assert "2:00 pm" in page.text


# ── another time ──────────────────────────────────────────────────────────────


def test_choosing_another_time_takes_along_what_was_typed(visitor, service):
    page = send(
        visitor, booking_steps.hold_time(visitor, service, FIRST), press="Choose another time"
    )
    assert page.path == f"/book/tn/{service.slug}/"
    assert Appointment.objects.get().status == Status.RELEASED
    assert "What you typed is kept on this page" in page.text
    assert carried(page) == answers()
    form = next(form for form in page.forms if any(b.name == "slot" for b in form.buttons))
    page = visitor.post(page.url, form.fields | {"slot": booking_steps.slot(SECOND)})
    assert kept(page) == answers()


def test_another_day_without_javascript_takes_it_along(visitor, service):
    page = send(
        visitor, booking_steps.hold_time(visitor, service, FIRST), press="Choose another time"
    )
    day = monday(weeks=2).date()
    page = visitor.submit(page, press="Show this day", day=str(day))
    assert carried(page) == answers()
    slots = [b.value for form in page.forms for b in form.buttons if b.name == "slot"]
    assert booking_steps.slot(monday("11:00", weeks=2)) in slots


def test_all_times_after_a_lost_race_take_it_along(visitor, service):
    first = booking_steps.hold_time(visitor, service, FIRST)
    Appointment.objects.all().delete()
    booking_steps.book(in_process(), service, FIRST)
    page = visitor.press(send(visitor, first), "See all times")
    assert (page.path, carried(page)) == (f"/book/tn/{service.slug}/", answers())


def test_who_typed_nothing_gets_the_plain_pages(visitor, service):
    page = visitor.press(booking_steps.hold_time(visitor, service, FIRST), "Choose another time")
    assert carried(page) == {}
    assert "What you typed is kept" not in page.text
    assert booking_steps.hold_time(visitor, service, SECOND).path.startswith("/book/details/")


def test_of_a_stranger_s_hold_nothing_is_given_back(visitor, service):
    booking_steps.hold_time(visitor, service, FIRST)
    hold = Appointment.objects.get()
    times = f"/book/tn/{service.slug}/"
    other = in_process()
    other.post(times, booking_steps.csrf_token(other) | {"release": str(hold.uid)})
    for odd in ("", "x", "\x00"):
        assert other.post(times, booking_steps.csrf_token(other) | {"release": odd}).status == 200
    hold.refresh_from_db()
    assert hold.status == Status.HELD


# ── back, and a browser that was restarted ────────────────────────────────────


@pytest.mark.parametrize("purged", [False, True], ids=["released", "deleted"])
def test_back_shows_the_form_once_more_for_the_browser_to_fill_in(visitor, service, purged):
    first = booking_steps.hold_time(visitor, service, FIRST)
    visitor.press(first, "Choose another time")
    if purged:
        deleted()
    page = visitor.get(first.url)
    assert page.status == 200
    assert "may still be free: finish the form and we will try" in page.text
    assert [f.choices.keys() for f in page.forms if "first_name" in f.choices]
    assert kept(send(visitor, page)) == answers()


def test_a_browser_that_was_restarted_owns_its_hold(service):
    client = Client()
    client.post(f"/book/tn/{service.slug}/", {"slot": booking_steps.slot(FIRST)})
    [cookie] = [morsel for name, morsel in client.cookies.items() if name.endswith("visitor")]
    longest = HOLD_FOR + holds.EXTEND_BY + holds.KEPT_FOR_WHO_TYPES
    assert cookie["max-age"] >= longest.total_seconds()
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_browser_that_forgot_everything_loses_nothing(visitor, service):
    """Its hold is nobody's it could show: it meets it like somebody else's, with what was typed."""
    first = booking_steps.hold_time(visitor, service, FIRST)
    other = in_process()
    form = fill_in(first) | booking_steps.csrf_token(other)
    page = other.post(first.form_with("first_name").action, form)
    assert (page.status, carried(page)) == (409, answers())
    Appointment.objects.all().delete()
    page = other.post(first.form_with("first_name").action, form | booking_steps.csrf_token(other))
    assert kept(page) == answers()


def test_the_address_says_which_time_and_nothing_that_was_typed(visitor, service):
    page = booking_steps.hold_time(visitor, service, FIRST)
    action = page.form_with("first_name").action
    assert re.search(rf"\?state=tn&(amp;)?service={service.slug}&", action)
    for odd in ("", "?state=zz", "?state=tn&service=none&slot=x", "?slot=9999-12-31T23:59Z"):
        gone = reverse("appointments:details", args=["12345678-1234-4234-8234-123456789012"])
        assert visitor.get(gone + odd).path == "/book/"


def test_a_closed_service_leads_to_those_that_are_open(visitor, service):
    first = booking_steps.hold_time(visitor, service, FIRST)
    take_in_another_tab(visitor, service)
    Service.objects.update(active=False)
    assert send(visitor, first).path == "/book/tn/"


# ── too many ──────────────────────────────────────────────────────────────────


def test_who_is_asked_to_wait_keeps_what_was_typed(visitor, service, settings):
    first = booking_steps.hold_time(visitor, service, FIRST)
    settings.LIMITS = settings.LIMITS | {"bookings": "0/hour"}
    page = send(visitor, first)
    assert page.status == 429
    settings.LIMITS = settings.LIMITS | {"bookings": "100/hour"}
    page = visitor.press(page, "Try again")
    assert page.path.startswith("/book/done/")
    assert Appointment.objects.get().email == TYPED["email"]

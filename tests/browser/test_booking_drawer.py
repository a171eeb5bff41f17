"""The booking drawer in a real browser: clicks counted, nothing typed is lost by a slip."""

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from appointments.models import Appointment, Status
from tests.browser.barriers import barriers
from tests.browser.held_answers import hold_answer
from tests.browser.test_staff_tools import RULES
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_patient, make_provider, make_service
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
DESK = reverse("admin:index")
MOST_NEW, MOST_KNOWN = 8, 5
PRESS_BOOK = "document.querySelector('a[data-drawer]').click()"


class Desk:
    """A browser at the front desk that counts clicks and notes what it complains about."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.drawer = page.locator("dialog.drawer")

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def book(self) -> None:
        self.clicks = 0
        self.click(self.page.get_by_role("link", name="Book", exact=True))
        expect(self.page.locator("#find-patient")).to_be_focused()

    def take_first_time(self) -> None:
        self.click(self.drawer.locator(".free-times label").first)
        self.click(self.drawer.get_by_text("They agree to all of it"))
        self.click(self.drawer.get_by_role("button", name="Book this visit"))
        expect(self.page.locator(".messagelist")).to_contain_text("The visit is booked")
        expect(self.drawer).to_have_count(0)


@pytest.fixture
def desk(browser, live_server, settings) -> Desk:
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    client = Client()
    client.force_login(make_staff("front desk", name="Mina"))
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    found = Desk(context.new_page())
    found.page.goto(live_server.url + DESK)
    yield found
    context.close()


@pytest.fixture
def known() -> Appointment:
    """A patient's last visit; its provider is licensed in two states."""
    provider = make_provider(name="Anna Berg", states=["TN", "CA"])
    make_service(providers=[provider], name="First visit", audience="new")
    again = make_service(providers=[provider], name="Follow-up", audience="returning")
    patient = make_patient(first_name="Emmett", last_name="Alder")
    return make_appointment(patient=patient, service=again, provider=provider)


def newest() -> Appointment:
    return Appointment.objects.filter(status=Status.BOOKED).latest("pk")


def test_a_known_patient_is_booked_in_five_clicks_as_they_were_last_time(desk, known):
    desk.book()
    desk.page.keyboard.type("ald emm")
    desk.click(desk.page.locator("#booking-found a", has_text="Emmett Alder"))
    desk.take_first_time()
    visit = newest()
    assert (visit.patient, visit.service, visit.state) == (known.patient, known.service, "TN")
    assert visit.provider == known.provider
    assert desk.clicks <= MOST_KNOWN
    assert desk.page.url.endswith(DESK), "who books stays where they were"
    assert desk.complaints == []


def test_a_new_patient_is_booked_in_eight_clicks_and_what_is_typed_outlives_every_choice(
    desk, known
):
    desk.book()
    desk.page.keyboard.type("Ngozi Okafor")
    desk.click(desk.page.get_by_role("button", name="New patient"))
    expect(desk.page.locator("#id_first_name")).to_be_focused()
    desk.page.locator("#id_birth_date").fill("04181971")
    desk.page.locator("#id_phone").fill("615-555-0163")
    desk.page.locator("#id_email").fill("ngozi@example.org")
    desk.click(desk.drawer.locator("label", has_text="California"))
    expect(desk.drawer).to_contain_text("the patient’s: Pacific Time")
    day = desk.drawer.locator(".booking-days label").nth(3)
    chosen = day.locator("input").get_attribute("value")
    desk.click(day)
    expect(desk.drawer.locator("[type=hidden][name=day]")).to_have_value(chosen)
    desk.take_first_time()
    visit = newest()
    assert (str(visit.patient), visit.service.name) == ("Ngozi Okafor", "First visit")
    assert (visit.state, visit.zone) == ("CA", "America/Los_Angeles")
    assert desk.clicks <= MOST_NEW
    assert desk.complaints == []


def test_a_slip_loses_nothing_and_back_closes_the_drawer(desk, known):
    asked = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    slow = hold_answer(desk.page, "**/appointment/book/", PRESS_BOOK)
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).not_to_be_visible()
    slow()  # nobody waits for it any more
    desk.page.wait_for_timeout(300)
    assert desk.page.locator("#drawer-content").count() == 0
    desk.book()
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).not_to_be_visible()
    assert asked == []
    expect(desk.page.get_by_role("link", name="Book", exact=True)).to_be_focused()
    desk.book()
    desk.page.get_by_role("button", name="New patient").click()
    desk.page.locator("#id_last_name").fill("Okafor")
    desk.page.keyboard.press("Escape")
    desk.page.go_back()
    expect(desk.page.locator("#id_last_name")).to_have_value("Okafor")
    assert len(asked) == 2
    desk.drawer.get_by_role("button", name="Book this visit").click()
    expect(desk.page.locator("#id_last_name")).to_have_value("Okafor")
    expect(desk.drawer.locator(".errorlist").first).to_be_visible()
    assert barriers(desk.page, "dialog.drawer", RULES) == []


def test_a_visit_is_moved_in_the_same_drawer_in_three_clicks(desk, known):
    page = reverse("admin:appointments_appointment_change", args=[known.pk])
    desk.page.goto(desk.page.url.removesuffix(DESK) + page)
    desk.click(desk.page.get_by_role("link", name="Move it"))
    desk.click(desk.drawer.locator(".free-times label").last)
    desk.click(desk.drawer.get_by_role("button", name="Move this visit"))
    expect(desk.page.locator(".messagelist")).to_contain_text("The visit is moved")
    assert Appointment.objects.get(pk=known.pk).starts_at > known.starts_at
    assert desk.clicks == 3

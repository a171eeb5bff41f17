"""In a real browser: a corrected address, one visit more than usual, and typed words that stay."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from appointments import links
from appointments.booking import corrections, holds
from appointments.models import Appointment, ClinicRules, Status
from tests.browser.barriers import violations
from tests.factories import CENTRAL, make_appointment, make_provider, make_service, monday

pytestmark = pytest.mark.django_db(transaction=True)
DAY = f"{monday():%Y-%m-%d}"
TYPED = {
    "first_name": "Grace",
    "last_name": "Whitfield",
    "birth_date": "04/17/1988",
    "phone": "615-555-0117",
    "email": "grace@example.org",
}


@pytest.fixture
def service():
    return make_service(slug="first-visit", providers=[make_provider(slug="anna-berg")])


@pytest.fixture
def times(open_page, service):
    """Open the times of that Monday, in a browser of its own."""
    return lambda: open_page(f"/book/tn/first-visit/?day={DAY}", timezone_id=CENTRAL)


def choose(page: Page, clock: str) -> None:
    page.get_by_role("button", name=clock, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")


def fill_in(page: Page) -> None:
    for name, answer in TYPED.items():
        page.locator(f"#id_{name}").fill(answer)
    for box in page.locator("input[name^=agree_]").all():
        box.check()


def expect_typed(page: Page) -> None:
    for name, answer in TYPED.items():
        expect(page.locator(f"#id_{name}")).to_have_value(answer)
    for box in page.locator("input[name^=agree_]").all():
        expect(box).to_be_checked()


def book(page: Page) -> None:
    page.get_by_role("button", name="Book this visit").click()


def look(page: Page) -> None:
    assert violations(page) == []
    page.complaints = []  # axe itself writes style attributes, which our CSP refuses
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def second_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url.partition("/book/")[0] + f"/book/tn/first-visit/?day={DAY}")
    return other


def test_two_tabs_and_a_visit_booked_in_the_second(times):
    page = times()
    choose(page, "10:00 am")
    fill_in(page)
    other = second_tab(page)
    choose(other, "2:00 pm")
    fill_in(other)
    book(other)
    other.wait_for_url("**/book/done/**")
    book(page)
    expect(page.get_by_text("Now we keep it for you again")).to_be_visible()
    expect_typed(page)
    look(page)
    book(page)
    page.wait_for_url("**/book/done/**")
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2


def test_another_time_on_another_day(times):
    page = times()
    choose(page, "10:00 am")
    fill_in(page)
    page.get_by_role("button", name="Choose another time").click()
    expect(page.get_by_text("What you typed is kept on this page")).to_be_visible()
    look(page)
    tomorrow = page.locator(f"#day-{monday().date() + timedelta(days=1)}")
    tomorrow.click()  # by htmx: only that part of the page changes
    expect(tomorrow).to_have_attribute("aria-current", "date")
    choose(page, "11:00 am")
    expect_typed(page)
    assert not any("Security Policy" in complaint for complaint in page.complaints)


def test_back_to_a_time_that_was_given_back(times):
    page = times()
    choose(page, "10:00 am")
    fill_in(page)
    page.get_by_role("button", name="Choose another time").click()
    expect(page.get_by_text("What you typed is kept on this page")).to_be_visible()
    holds.purge_abandoned_holds()
    page.go_back()
    expect(page.get_by_text("may still be free: finish the form")).to_be_visible()
    expect_typed(page)
    book(page)
    expect(page.get_by_text("Now we keep it for you again")).to_be_visible()
    expect_typed(page)
    book(page)
    page.wait_for_url("**/book/done/**")


def test_a_browser_that_the_phone_restarted(times, browser):
    page = times()
    choose(page, "10:00 am")
    lasting = [cookie for cookie in page.context.cookies() if cookie["expires"] > 0]
    restarted = browser.new_context(viewport={"width": 390, "height": 800}, timezone_id=CENTRAL)
    restarted.add_cookies(lasting)
    again = restarted.new_page()
    again.goto(page.url)
    expect(again.get_by_text("We are keeping")).to_be_visible()
    fill_in(again)
    book(again)
    again.wait_for_url("**/book/done/**")
    restarted.close()
    assert Appointment.objects.get().status == Status.BOOKED


def test_one_visit_more_than_usual(times):
    ClinicRules.objects.create(most_upcoming=1)
    page = times()
    for clock in ("10:00 am", "2:00 pm"):
        page.goto(page.url.partition("/book/")[0] + f"/book/tn/first-visit/?day={DAY}")
        choose(page, clock)
        fill_in(page)
        book(page)
        page.wait_for_url("**/book/done/**")
    waiting = Appointment.objects.get(status=Status.HELD)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step, Grace.")
    expect(page.get_by_text("then the visit is yours")).to_be_visible()
    look(page)
    other = second_tab(page)
    choose(other, "4:00 pm")
    waiting.refresh_from_db()
    assert waiting.status == Status.HELD, "another time in the same browser gives nothing back"
    page.goto(urlsplit(page.url)._replace(path=links.page(waiting, "confirm")).geturl())
    page.get_by_role("button", name="Yes, book this visit").click()
    expect(page.get_by_text("You are booked.")).to_be_visible()


def test_who_has_visits_that_this_browser_does_not_know_of_is_told_when_to_confirm(times, service):
    ClinicRules.objects.create(most_upcoming=1)
    make_appointment(service=service, email=TYPED["email"], starts_at=monday("09:00"))
    page = times()
    choose(page, "10:00 am")
    fill_in(page)
    book(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Grace.")
    expect(page.get_by_text("Then our e-mail asks you to confirm this one")).to_be_visible()
    look(page)


def test_a_link_from_before_an_address_was_corrected(open_page, service):
    visit = make_appointment(service=service, email="stranger@example.org")
    old = links.page(visit)
    corrections.readdress(visit, "mia@example.org", by="staff: test")
    page = open_page(old)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more.")
    look(page)
    page.goto(page.url.replace(old, links.page(Appointment.objects.get())))
    expect(page.get_by_role("link", name="Cancel this visit")).to_be_visible()


def test_times_that_cannot_be_loaded_are_said_with_the_phone_number_and_come_later(times):
    page = times()
    choose(page, "10:00 am")
    fill_in(page)
    page.get_by_role("button", name="Choose another time").click()
    page.wait_for_load_state()  # before its scripts are there a day is a plain link
    away = "**/book/tn/first-visit/times/**"
    page.route(away, lambda route: route.fulfill(status=503, body="We will be back soon."))
    tomorrow = page.locator(f"#day-{monday().date() + timedelta(days=1)}")
    tomorrow.click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The times could not be loaded. Nothing was booked or changed.")
    expect(alert.get_by_role("link")).to_have_text("(615) 555-0142")
    expect(alert.get_by_role("link")).to_be_in_viewport()
    assert violations(page) == []

    page.unroute(away)
    page.route(away, lambda route: route.abort())  # now there is no line at all
    tomorrow.click()
    expect(alert.get_by_role("link")).to_have_count(1)
    page.unroute(away)
    tomorrow.click()
    expect(tomorrow).to_have_attribute("aria-current", "date")
    expect(alert).to_be_empty()
    choose(page, "11:00 am")
    expect_typed(page)

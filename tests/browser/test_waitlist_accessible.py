"""The waitlist in a real browser: readable by everyone, on a small phone, without JavaScript."""

import pytest
from playwright.sync_api import expect

from appointments.waitlist import entries, links, offers, responses
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit, waiting_entries
from tests.browser.barriers import barriers
from tests.factories import CENTRAL, make_entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def pages() -> dict[str, str]:
    """An address for each thing that a patient meets."""
    service, visit = booked_out()
    line = waiting_entries(service, 3)
    cancel_visit(visit)
    offers.offer_freed_times()
    responses.accept(line[1].offers.get())
    left = make_entry(service=service)
    entries.leave(left)
    waiting = make_entry(service=service, weekdays=[0, 2], first_name="Ada", email=line[0].email)
    other, again = booked_out()
    asked = make_entry(service=other)
    cancel_visit(again)
    offers.offer_freed_times()
    return {
        "times": f"/book/tn/{service.slug}/",
        "join": f"/book/tn/{service.slug}/waitlist/",
        "offer": links.page(asked),
        "faster": links.page(line[0]),
        "has a time": links.page(line[1]),
        "left": links.page(left),
        "waiting": links.page(waiting),
    }


def test_no_page_has_a_barrier_or_breaks_a_rule_of_ours(open_page, pages):
    wrong = []
    for name, path in pages.items():
        page = open_page(path, timezone_id=CENTRAL)
        page.wait_for_load_state("networkidle")
        found = [*page.elsewhere, *page.complaints, *barriers(page)]
        wrong += [f"{name}: {each}" for each in found]
    assert wrong == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_patient_joins_and_takes_a_time_with_and_without_javascript(open_page, javascript):
    service, visit = booked_out()
    page = open_page(f"/book/tn/{service.slug}/", java_script_enabled=javascript)
    page.get_by_role("link", name="Join the waitlist").click()
    page.get_by_label("Monday").check()
    page.get_by_label("Morning").check()
    for label, text in (
        ("First name", "Grace"),
        ("Last name", "Whitfield"),
        ("Date of birth", "04/17/1988"),
        ("Mobile phone", "615-555-0117"),
        ("E-mail", "grace@example.org"),
    ):
        page.get_by_role("textbox", name=label, exact=True).fill(text)
    for box in page.locator("[name^=agree_]").all():
        box.check()
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Good. We have your wishes.")
    entry = service.waitlist.get()
    cancel_visit(visit)
    offers.offer_freed_times()
    page.goto(page.url.partition("/book/")[0] + links.page(entry))
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are booked, Grace.")


def test_a_click_is_not_undone_by_the_guess_of_the_zone(open_page):
    """The answer to the guess comes while the next page is on its way."""
    service, _ = booked_out()
    page = open_page("/", timezone_id="America/Los_Angeles")
    guesses = []

    def answer_the_guess(route):
        guesses.pop().fulfill(status=204)
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/book/zone/guess/", lambda route: guesses.append(route))
    page.route("**/waitlist/**", answer_the_guess)
    page.goto(page.url + f"book/tn/{service.slug}/")
    page.get_by_role("link", name="Join the waitlist").click()
    expect(page.get_by_label("Monday")).to_be_visible()
    assert guesses == []

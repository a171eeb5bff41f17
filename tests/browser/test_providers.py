"""Providers and states in a real browser: free times come by themselves, likely states first."""

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.factories import make_provider, make_service

pytestmark = pytest.mark.django_db(transaction=True)


def names(page, section: str) -> list[str]:
    return page.locator(f"{section} a").all_inner_texts()


def test_states_on_the_clock_of_the_device_stand_first_and_nothing_asks_elsewhere(open_page):
    make_service(providers=[make_provider(states=["CA", "KY", "MI", "TN"])])
    page = open_page("/book/", timezone_id="America/Detroit")
    # The one state that this clock belongs to, then where most people keep it, then some.
    assert names(page, "#likely") == ["Michigan", "Kentucky", "Tennessee"]
    assert names(page, "#states") == ["California"]
    expect(page.get_by_text("All other states")).to_be_visible()
    assert (page.elsewhere, page.complaints) == ([], [])
    without = open_page("/book/", java_script_enabled=False)
    assert names(without, "#states") == ["California", "Kentucky", "Michigan", "Tennessee"]


def test_a_provider_leads_by_keys_from_the_free_times_into_booking(open_page):
    provider = make_provider(name="Ida Berg", slug="ida", listed=True)
    make_service(providers=[provider], name="First visit")
    page = open_page("/providers/ida/")
    expect(page.get_by_text("Free next, First visit")).to_be_visible()
    assert (page.elsewhere, page.complaints) == ([], [])
    assert barriers(page) == []
    page.get_by_role("link", name="Book with Ida").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Tennessee").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are booking with Ida Berg")).to_be_visible()
    page.get_by_label("No, this is my first visit").check()
    page.get_by_role("button", name="See open times").click()
    expect(page.locator("#with-ida")).to_have_attribute("aria-current", "true")


def test_nothing_on_the_pages_of_the_clinic_is_a_barrier(open_page):
    make_service(providers=[make_provider(listed=True)], price_cents=14900)
    for path in ("/providers/", "/states/", "/states/tennessee/", "/prices/"):
        assert barriers(open_page(path)) == [], path

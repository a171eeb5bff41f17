"""What a person meets in a real browser beside what test_every_page.py holds of every page."""

import re

import pytest
from playwright.sync_api import expect

from devstack.mail_examples import EXAMPLES
from tests.browser.barriers import barriers

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_component_is_a_barrier(open_page, settings):
    settings.DEBUG = True
    page = open_page("/dev/style/", 1280)
    assert page.title().startswith("Components")
    page.evaluate("document.querySelectorAll('.htmx-request').forEach(e => e.remove())")
    assert barriers(page) == []


def test_every_mail_is_shown_among_the_components_in_each_language(open_page, settings):
    settings.DEBUG = True
    for path, words in (("/dev/style/", "A time you wait for"), ("/dev/style/es/", "Hola")):
        page = open_page(path, 1280)
        frame = page.locator("iframe[title=waitlist_offer]")
        frame.scroll_into_view_if_needed()
        expect(frame.content_frame.locator("body")).to_contain_text(words)
        assert page.locator("iframe").count() == len(EXAMPLES)


def test_the_first_tab_leads_past_the_menu(open_page):
    page = open_page("/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_menu_opens_and_closes_by_keyboard(open_page):
    page = open_page("/")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="About us").first).to_be_visible()
    page.keyboard.press("Escape")
    assert not page.locator("details.menu").evaluate("menu => menu.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_menu_works_without_javascript(open_page):
    page = open_page("/", java_script_enabled=False)
    page.locator("summary").first.click()
    page.locator(".site-nav").get_by_role("link", name="About us").click()
    expect(page).to_have_url(re.compile("/about/$"))


def test_bootstrap_and_the_theme_are_both_in_force(open_page):
    page = open_page("/")
    button = page.locator(".hero .btn-primary")
    assert button.evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(239, 123, 94)"
    assert button.evaluate("b => getComputedStyle(b).cursor") == "pointer"  # Bootstrap's reboot
    drawn = page.locator(".hero .icon use").first
    assert drawn.evaluate("use => use.getBoundingClientRect().width") > 0

"""Somebody looks for an answer in a real browser, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_question_is_found_while_one_types_and_opened_by_keys(open_page):
    page = open_page("/faq/")
    page.get_by_label("Search the questions").press_sequentially("who will know")
    expect(page.locator(".faq details")).to_have_count(1)
    expect(page.locator(".faq details")).to_have_attribute("open", "")
    assert page.url.endswith("/faq/")  # nothing was loaded anew
    page.get_by_role("link", name="Show all").click()
    question = page.locator("summary", has_text="Do I need an account or an app?")
    question.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You book without an account")).to_be_visible()
    page.goto(f"{page.url}#is-it-private")
    expect(page.locator("#is-it-private")).to_be_visible()  # a link opens its answer
    assert (page.complaints, page.elsewhere) == ([], [])


def test_without_scripts_the_button_finds_the_same(open_page):
    page = open_page("/faq/", java_script_enabled=False)
    page.get_by_label("Search the questions").fill("who will know")
    page.locator("form.search button").click()
    expect(page).to_have_url(re.compile(r"/faq/\?q=who\+will\+know$"))
    expect(page.locator(".faq details")).to_have_count(1)
    expect(page.get_by_text("The calendar entry says")).to_be_visible()

"""The forms before a visit in a browser: kept while typed, help at once, for everybody."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from appointments.models import Appointment
from tests.browser.barriers import SETTLED, violations
from tests.visits.intake_steps import PHQ, address, make_tomorrow, send
from visits.models import QuestionnaireResponse, SafetyAlert

pytestmark = pytest.mark.django_db(transaction=True)


def answers(visit: Appointment, form: str) -> dict[str, str]:
    return dict(QuestionnaireResponse.objects.get(appointment=visit, form=form).answers)


def test_what_is_typed_is_kept_by_itself_and_who_thinks_of_dying_reads_at_once_whom_to_call(
    live_server, page: Page
):
    visit = make_tomorrow()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(live_server.url + address(visit, "form", "reason"))
    page.get_by_label("What would you like help with?").fill("To sleep, and to")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    assert answers(visit, "reason")["reason"] == "To sleep, and to"

    page.goto(live_server.url + address(visit, "form", "phq-9"))
    card = page.get_by_role("alert")
    expect(card).to_be_hidden()
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        page.locator("[name=better_off_dead][value='0']").check()
    expect(card).to_be_hidden()
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        page.locator("[name=better_off_dead][value='1']").check()
    expect(card.get_by_role("link", name="Call 988")).to_be_visible()
    assert card.get_by_role("link", name="Call 988").get_attribute("href") == "tel:988"
    expect(page.locator("#saved")).to_contain_text("Saved at")
    assert SafetyAlert.objects.count() == 1
    assert said == []
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.evaluate(SETTLED)
    assert violations(page, rules=["color-contrast"]) == []
    page.goto(live_server.url + address(visit, "form", "phq-9") + "?now=1")
    assert violations(page) == []


def test_without_a_script_the_same_forms_are_sent_read_and_signed(live_server, browser):
    visit = make_tomorrow()
    send(Client(), visit, "phq-9", **PHQ)
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto(address(visit, "form", "phq-9"))
    page.locator("[name=better_off_dead][value='2']").check()
    expect(page.locator("#main").get_by_role("link", name="Call 988")).to_be_visible()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", name="Before you go on")).to_be_visible()
    page.get_by_role("link", name="I am safe now, go on").click()
    expect(page.get_by_role("heading", name="Worry")).to_be_visible()

    page.goto(address(visit, "form", "records"))
    page.get_by_label("Your full name").fill("Grace Whitfield")
    page.get_by_label("I have read this, and I agree to it.").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.goto(address(visit, "form", "records"))
    expect(page.get_by_text("Signed as Grace Whitfield on")).to_be_visible()
    page.get_by_text("Take this back", exact=True).click()
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_text("You have taken it back.")).to_be_visible()
    context.close()

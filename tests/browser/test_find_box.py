"""The search in the header by keyboard alone, in a real browser, and what it tells."""

import re

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.held_answers import hold_answer
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_patient, make_service, monday
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)
TYPE_ONE_MORE = """const box = document.activeElement; box.value += 'o';
    box.dispatchEvent(new Event('input', {bubbles: true}))"""


@pytest.fixture
def desk(browser, live_server, settings):
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    client = Client()
    client.force_login(make_staff("front desk"))
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    cookie = {"name": site.SESSION_COOKIE_NAME, "value": client.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": live_server.url}])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def test_somebody_is_found_opened_and_booked_for_by_keyboard(desk, live_server):
    service = make_service()
    for nth, first in enumerate(("Ada", "Adam", "Adele")):
        patient = make_patient(first_name=first, last_name="Corlo")
        make_appointment(service=service, patient=patient, starts_at=monday(weeks=nth))
    away = live_server.url + reverse("admin:appointments_service_changelist")
    desk.goto(away)
    desk.keyboard.press("/")
    box = desk.get_by_role("combobox", name="Find")
    expect(box).to_be_focused()
    desk.keyboard.type("corl")
    expect(desk.locator("#find-grid [role=row]")).to_have_count(3)
    expect(desk.locator("#find-status")).to_have_text("3 people.")
    assert desk.url == away
    last_letter = hold_answer(desk, "**/find/rows/", TYPE_ONE_MORE)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    desk.evaluate("document.getElementById('find-grid').firstElementChild.id = 'before'")
    last_letter()
    expect(desk.locator("#before")).to_have_count(0)
    chosen = desk.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_contain_text("Adam Corlo")
    for _ in range(3):
        desk.keyboard.press("ArrowRight")
    chosen = desk.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_have_text("Book for Adam Corlo")
    assert [f for f in desk.complaints if "axe" not in f] == []
    assert barriers(desk, "#header") == []
    desk.set_viewport_size({"width": 1280, "height": 800})
    desk.keyboard.press("Escape")
    expect(desk.locator("#find-grid [role=row]")).to_have_count(0)
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#find-grid [role=row]")).to_have_count(3)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk).to_have_title(re.compile("Ada Corlo"))
    desk.goto(away)
    desk.keyboard.press("/")
    desk.keyboard.type("zzqxv")
    expect(desk.locator("#find-note")).to_contain_text("Nobody is found")
    assert barriers(desk, "#header") == []
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Find somebody")
    assert desk.url == live_server.url + reverse("admin:find")

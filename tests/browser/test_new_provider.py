"""A manager adds a provider who can be booked, with the clicks counted."""

from datetime import time

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from appointments.models import Provider
from appointments.scheduling import weeks
from appointments.scheduling.weeks import Span
from tests.browser.barriers import barriers
from tests.browser.test_staff_tools import RULES
from tests.core.staff.people import make_staff
from tests.factories import make_service

pytestmark = pytest.mark.django_db(transaction=True)


class Hand:
    """Uses a page as a hand does, and counts its clicks. What is chosen from a list takes two."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def write(self, target: Locator, text: str) -> None:
        self.click(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, target: Locator, label: str) -> None:
        self.clicks += 2
        target.select_option(label=label)


def test_a_provider_with_two_licenses_and_five_days_with_lunch_takes_at_most_25_clicks(
    open_page, live_server, settings
):
    settings.STAFF_MFA_REQUIRED = False
    service = make_service(providers=[], name="First visit")
    client = Client()
    client.force_login(make_staff("manager"))
    page = open_page("/", width=1280)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("admin:appointments_provider_changelist"))
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Add provider").last)
    hand.write(page.locator("[name=name]"), "Robin Vale")
    hand.write(page.locator("[name=credentials]"), "PMHNP")
    hand.click(page.get_by_label("First visit"))
    for row, state in enumerate(["Tennessee", "Kentucky"]):
        hand.choose(page.locator(f"[name=licenses-{row}-state]"), state)
        hand.write(page.locator(f"[name=licenses-{row}-number]"), f"N-{row}")
        hand.write(page.locator(f"[name=licenses-{row}-expires]"), "2098-12-31")
    hand.click(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hours of Robin Vale")
    hand.write(page.get_by_label("Monday, from").first, "9 am")
    hand.write(page.get_by_label("Monday, to").first, "5 pm")
    hand.click(page.get_by_role("button", name="Copy the day"))
    expect(page.get_by_label("Friday, to").first).to_have_value("5 pm")
    hand.click(page.get_by_role("button", name="Take lunch out of every day"))
    expect(page.get_by_label("Friday, to").first).to_have_value("12:00 PM")
    assert page.complaints == []  # axe has some of its own
    assert barriers(page, "#content", RULES) == []
    hand.click(page.get_by_role("button", name="Save the hours").first)
    expect(page.locator("#checklist")).to_have_text("Patients can book")
    provider = Provider.objects.get()
    assert hand.clicks <= 25
    assert (provider.slug, provider.licenses.count()) == ("robin-vale", 2)
    assert list(provider.services.all()) == [service]
    halves = (time(9), time(12)), (time(13), time(17))
    week = weeks.spans_on(provider.weekly_hours.all(), weeks.today_of(provider))
    assert week == [Span(day, *half) for day in range(5) for half in halves]
    assert hand.clicks == 18

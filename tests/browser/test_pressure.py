"""Booking in a real browser while a great many people book: sums, short holds, the mailed link."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from appointments.models import Appointment, ClinicRules, Status
from core.mail.models import OutgoingEmail
from tests.browser.barriers import barriers
from tests.factories import (
    CENTRAL,
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    """Four times what is unusual is held elsewhere."""
    ClinicRules.objects.create(most_hourly=20)
    elsewhere = make_service(providers=[make_provider(hours="00:00-00:00")])
    for nth in range(20):
        make_hold(service=elsewhere, starts_at=monday(f"{nth:02}:00"))
    return make_service()


def choose(page: Page, clock: str) -> None:
    page.get_by_role("button", name=clock, exact=True).click()


def fill_in(page: Page) -> None:
    for label, answer in {
        "First name": "Grace",
        "Last name": "Whitfield",
        "Date of birth": "04/17/1988",
        "Mobile phone": "615-555-0117",
        "E-mail": "grace@example.org",
    }.items():
        page.get_by_label(label, exact=False).first.fill(answer)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Book this visit").click()


def mailed(template: str) -> str:
    """The path in that mail."""
    text = OutgoingEmail.objects.get(template=template).text
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def test_a_browser_does_its_sum_by_itself_and_the_visit_waits_for_its_mail(open_page, service):
    page = open_page(f"/book/tn/{service.slug}/?day={monday():%Y-%m-%d}", timezone_id=CENTRAL)
    choose(page, "10:00 am")
    expect(page.get_by_role("heading", name="About you")).to_be_visible()
    expect(page.get_by_text("we keep it for three minutes")).to_be_visible()
    assert barriers(page) == []
    fill_in(page)
    expect(page.get_by_role("heading", name="One more step, Grace.")).to_be_visible()
    assert barriers(page) == []
    site = urlsplit(page.url)
    page.goto(f"{site.scheme}://{site.netloc}{mailed('appointment_confirm')}")
    assert barriers(page) == []
    page.get_by_role("button", name="Yes, book this visit").click()
    expect(page.get_by_text("You are booked.")).to_be_visible()
    assert Appointment.objects.get(email="grace@example.org").status == Status.BOOKED
    assert not page.elsewhere


def test_the_pages_of_who_cannot_be_served_now_have_no_barrier(open_page, service):
    page = open_page(f"/book/tn/{service.slug}/?day={monday():%Y-%m-%d}", timezone_id=CENTRAL)
    for nth in range(5):
        make_hold(service=service, starts_at=monday(f"{9 + nth:02}:00"))
    choose(page, "4:00 pm")
    expect(page.get_by_role("heading", name="A great many people")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("link", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Where can we reach you?")).to_be_visible()
    assert barriers(page) == []
    ClinicRules.objects.update(most_hourly=1)
    make_appointment(service=service, starts_at=monday(weeks=2))
    page.goto(page.url.replace("proof/", ""))
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_role("heading", name="Booking online takes a short rest.")).to_be_visible()
    assert barriers(page) == []

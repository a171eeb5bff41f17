"""An afternoon with two visits in it is blocked in a few clicks, on the provider's clock."""

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from appointments.models import HoursException, Status
from tests.browser.barriers import barriers
from tests.browser.test_new_provider import Hand
from tests.browser.test_staff_tools import RULES
from tests.core.staff.people import make_staff
from tests.factories import at, make_appointment, make_provider, make_service, monday

pytestmark = pytest.mark.django_db(transaction=True)
PACIFIC = "America/Los_Angeles"


def test_an_afternoon_with_two_visits_is_blocked_in_seven_clicks(open_page, live_server, settings):
    settings.STAFF_MFA_REQUIRED = False
    west = make_provider(name="Robin Vale", credentials="PMHNP", time_zone=PACIFIC)
    service, day = make_service(providers=[west]), monday().date()
    morning = make_appointment(service=service, starts_at=at(day, "11:00", PACIFIC))
    visits = [
        make_appointment(service=service, starts_at=at(day, clock, PACIFIC))
        for clock in ("13:00", "15:00")
    ]
    client = Client()
    client.force_login(make_staff("front desk"))
    page = open_page("/", width=390)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("admin:appointments_hoursexception_changelist"))
    hand = Hand(page)
    hand.click(page.locator(".object-tools .addlink"))
    hand.choose(page.get_by_label("For whom"), "Robin Vale, PMHNP – Pacific Time")
    hand.write(page.locator("[name=first_day]"), f"{day:%m/%d/%Y}")
    page.locator("[name=opens]").fill("1 pm")
    page.locator("[name=closes]").fill("2:30pm")
    expect(page.locator("#id_opens_helptext")).to_have_text(
        "Pacific Time. That is 3:00 pm – 4:30 pm Central Time."
    )
    expect(page.get_by_label("From … to …")).to_be_checked()
    page.get_by_label("For whom").select_option("clinic")
    expect(page.locator("#id_opens_helptext")).to_have_text(
        "On each provider’s own clock. Pacific Time: 3:00 pm – 4:30 pm Central Time."
    )
    page.get_by_label("For whom").select_option(label="Robin Vale, PMHNP – Pacific Time")
    for name in ("opens", "closes"):
        page.locator(f"[name={name}]").fill("")
    hand.click(page.get_by_label("Afternoon, from noon"))
    assert page.complaints == []  # axe has some of its own
    assert barriers(page, "#content", RULES) == []
    hand.click(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("[name^=conflicts-visit-]")).to_have_count(len(visits))
    assert not HoursException.objects.exists()
    for visit in visits:
        page.locator(f"[name=conflicts-visit-{visit.pk}]").select_option("cancel")
    hand.click(page.get_by_role("button", name="Save the change and do all this"))
    expect(page.locator(".messagelist")).to_contain_text("2 visits are settled")
    expect(page.locator("#result_list")).to_contain_text("12:00 pm – midnight Pacific Time")
    for visit in (morning, *visits):
        visit.refresh_from_db()
    assert [v.status for v in visits] == [Status.CANCELLED] * 2
    assert morning.status == Status.BOOKED
    assert hand.clicks == 7

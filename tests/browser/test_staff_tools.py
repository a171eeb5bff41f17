"""The front desk's own pages in a real browser: readable at every width, no CSP report."""

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from tests.browser.barriers import barriers
from tests.factories import (
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.pages.factories import make_practice
from tests.staff.people import make_staff

pytestmark = pytest.mark.django_db(transaction=True)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def addresses(settings) -> dict[str, str]:
    """Each page with something on it."""
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    one = make_provider(name="Anna Berg")
    west = make_provider(name="Bo Lin", time_zone="America/Los_Angeles")
    service = make_service(providers=[one, west])
    visit = make_appointment(service=service, provider=one)
    make_appointment(service=service, provider=west, starts_at=monday("13:00"))
    make_hold(service=service, provider=one, starts_at=monday("14:00"))
    make_time_off(west, monday().date(), hours="10:00-12:00")
    day = f"{monday():%Y-%m-%d}"
    visits = "admin:appointments_appointment_"
    query = f"service={service.pk}&state=TN&provider={one.pk}"
    series = f"?every=weekly&number=3&until=&service={service.pk}&provider={one.pk}"
    return {
        "index": "/admin/",
        "book": reverse(visits + "book") + f"?{query}&day={day}",
        "move": reverse(visits + "move", args=[visit.pk]) + f"?provider={one.pk}&day={day}",
        "day": reverse(visits + "day", args=[day]),
        "week": reverse(visits + "week", args=[west.pk, day]),
        "affected": reverse(visits + "affected"),
        "holds": reverse(visits + "holds"),
        "series": reverse(visits + "series", args=[visit.pk]) + series,
        "rules": reverse("admin:appointments_clinicrules_change", args=[1]),
    }


@pytest.fixture
def signed_in_cookie(db) -> str:
    client = Client()
    client.force_login(make_staff("manager"))
    return client.cookies[site.SESSION_COOKIE_NAME].value


def test_each_page_is_readable_and_breaks_no_rule(
    browser, live_server, addresses, signed_in_cookie
):
    context = browser.new_context()
    cookie = {"name": site.SESSION_COOKIE_NAME, "value": signed_in_cookie}
    context.add_cookies([cookie | {"url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    problems: list[str] = []
    for name, address in addresses.items():
        answer = page.goto(live_server.url + address)
        assert answer is not None
        problems += complaints
        problems += [f"{name} {answer.status}"] * (answer.status != 200)
        problems += [f"{name} {found}" for found in barriers(page, "#content", RULES)]
        complaints.clear()  # axe itself writes styles
    context.close()
    assert problems == []

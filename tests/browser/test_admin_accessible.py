"""Every page of the admin can be used by whoever cannot see it, fits any screen, and keeps to its
content security policy."""

from collections.abc import Iterator

import pytest
from django.conf import settings as site
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from appointments.models import ClinicRules, StatusReason
from tests.browser.barriers import WORDS, violations
from tests.core.staff.people import make_staff
from tests.core.staff.world import make_world
from tests.newsletter.uploads import make_upload
from tests.pages.factories import make_practice

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("refusals_unlogged"),
]


def pages_of_models() -> list[str]:
    """The list of each kind of record, the page that adds one, and that of one record."""
    found, without = [], set(admin.site._registry)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        for record in model._default_manager.order_by("-pk")[:1]:
            without.remove(model)
            found.append(reverse(f"{name}_change", args=[record.pk]))
    assert without == set(), "the world holds none of these"
    return found


@pytest.fixture
def client(settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    make_world()
    ClinicRules.objects.create()
    make_upload()
    StatusReason.objects.get_or_create(kind="cancelled", text="Snow")
    client = Client()
    client.force_login(make_staff("manager", is_superuser=True))
    return client


@pytest.fixture
def staff(browser, live_server, client) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    yield context
    context.close()


def test_every_page_of_the_admin_names_its_fields_fits_any_screen_and_keeps_to_its_policy(
    staff,
):
    found: list[str] = []
    said: list[str] = []
    page = staff.new_page()
    missing = "404 (Not Found)"  # the file of the world's picture
    page.on("console", lambda message: missing in message.text or said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for address in pages_of_models():
        said.clear()  # our policy refuses what axe wrote into the page before, and was told so
        found += [f"{address} {one}" for one in look(page, address, said)]
    assert found == []


def look(page: Page, address: str, said: list[str]) -> list[str]:
    """What is wrong with the page of that address, which is not there where nobody may add."""
    answer = page.goto(address)
    if answer.status == 403:
        return []
    assert answer.status == 200, address
    for device, most in (("a phone", 390), ("a desk", 1280)):
        page.set_viewport_size({"width": most, "height": 900})
        if (width := settled_width(page, most)) > most:
            said.append(f"is {width} px wide on {device}")
    return [*said, *violations(page, "#container", WORDS)]


def settled_width(page: Page, most: int) -> int:
    """How wide the page is, or was at last: a text field is narrowed once its editor is there."""
    for _ in range(50):
        if (width := page.evaluate("document.documentElement.scrollWidth")) <= most:
            break
        page.wait_for_timeout(100)
    return width

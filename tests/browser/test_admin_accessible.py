"""Every page of the admin can be used by whoever cannot see it, and none is wider than a phone."""

import pytest
from django.conf import settings as site
from django.contrib import admin
from django.test import Client
from django.urls import reverse

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
def staff_page(browser, live_server, client):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    cookie = client.cookies[site.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_every_page_of_the_admin_names_its_fields_and_fits_phone_and_desk(staff_page, live_server):
    found = []
    for address in pages_of_models():
        answer = staff_page.goto(live_server.url + address)
        if answer.status == 403:
            continue  # nobody adds these by hand
        assert answer.status == 200, address
        staff_page.set_viewport_size({"width": 390, "height": 800})
        if (width := staff_page.evaluate("document.documentElement.scrollWidth")) > 390:
            found.append(f"{address} is {width} px wide on a phone")
        staff_page.set_viewport_size({"width": 1280, "height": 900})
        if (width := staff_page.evaluate("document.documentElement.scrollWidth")) > 1280:
            found.append(f"{address} is {width} px wide on a desk")
        found += [f"{address} {one}" for one in violations(staff_page, "#container", WORDS)]
    assert found == []

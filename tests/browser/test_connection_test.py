"""The page of the admin that tries a relayed call, with a real relay, and one that refuses."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.relay import SECRET, relay
from tests.core.staff.people import make_manager
from tests.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ANOTHER = "another-secret-than-the-relay"


def signed_in(page: Page, url: str) -> None:
    client = Client()
    client.force_login(make_manager())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def try_it(page: Page, url: str) -> list[str]:
    page.goto(f"{url}/admin/visits/connection/")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("[data-sum]:visible")).to_have_count(1, timeout=30_000)
    return page.locator("[data-way] [data-says]:visible b").all_inner_texts()


def test_each_way_is_tried_and_said_in_words(page, start_site, tmp_path):
    port = free_port()
    urls = f"turn:127.0.0.1:{port},turn:127.0.0.1:{port}?transport=tcp"
    with relay(tmp_path, port):
        site = start_site(TURN_URLS=urls, TURN_SECRET=SECRET)
        signed_in(page, site.url)
        assert try_it(page, site.url) == ["Works.", "Works.", "Works."]
        expect(page.get_by_text("Everything works from here.")).to_be_visible()
        assert barriers(page, "[data-connection-test]", RULES) == []
        wrong = start_site(TURN_URLS=urls, TURN_SECRET=ANOTHER)
        signed_in(page, wrong.url)
        assert try_it(page, wrong.url) == ["Works.", "Refused.", "Refused."]
        said = page.locator("[data-says=refused]:visible").first
        expect(said).to_contain_text("TURN_SECRET")
    assert try_it(page, site.url) == ["Works.", "No way.", "No way."]

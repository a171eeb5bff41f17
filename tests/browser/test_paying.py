"""A patient pays in a browser: out to Stripe's page and back, past our own policy, and sees it."""

import pytest
from playwright.sync_api import Page, expect

from payments import links
from payments.models import Charge
from tests.browser.barriers import barriers
from tests.pages.factories import make_practice
from tests.payments.paying import make_charge, make_visit, report, use
from tests.payments.stripe_server import StripeServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_paying_leads_to_stripe_and_back_and_tells_it_nothing(page: Page, live_server, settings):
    settings.SITE_URL = live_server.url
    make_practice()
    with StripeServer() as server:
        use(settings, server)
        visit = make_visit()
        make_charge(visit)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(live_server.url + links.mailed_page(visit))
        assert barriers(page) == []
        page.get_by_role("button", name="Pay $149").click()
        page.wait_for_url(f"{server.url}/c/pay/**")  # `form-action` lets no form lead there
        assert links.MAILED.sign(visit.key) not in page.content()  # nor any referrer
        page.get_by_role("button", name="Do it").click()
        expect(page.get_by_role("heading", name="Not finished yet")).to_be_visible()
        report(server.events[-1])
        expect(page.get_by_role("heading", name="Thank you. It is paid.")).to_be_visible()
        assert barriers(page) == []
        page.get_by_role("link", name="To my payments").click()
        expect(page.get_by_text("Visa •••• 4242")).to_be_visible()
        assert barriers(page) == []
        with page.expect_download() as file:
            page.get_by_role("link", name="Receipt as PDF").click()
        assert file.value.suggested_filename == "receipt.pdf"
        assert Charge.objects.get().status == "paid"
        assert [text for text in said if "Content Security Policy" in text] == []

"""A browser that notes what it would complain about."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.pages.factories import make_practice, make_testimonial

expect.set_options(timeout=20_000)  # a machine that runs other tests too may be slow for a while


@pytest.fixture
def open_page(browser, live_server):
    """Opens an address of the site and notes what the browser complains about."""
    make_practice()
    make_testimonial()
    contexts = []

    def opener(path: str, width: int = 390, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.elsewhere, page.complaints = [], []
        host = urlsplit(live_server.url).netloc
        page.on("request", lambda r: urlsplit(r.url).netloc == host or page.elsewhere.append(r.url))
        page.on("console", lambda m: page.complaints.append(m.text))
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.goto(live_server.url + path)
        return page

    yield opener
    for context in contexts:
        context.close()

"""What a person meets in a real browser: readable, by keyboard too, and nothing from elsewhere."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages.factories import make_practice, make_testimonial

PAGES = ["/", "/about/", "/contact/", "/privacy/", "/nowhere/", "/?q=%00"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.django_db(transaction=True)


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


def violations(page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_accessibility_violation(open_page, path, width, scheme):
    assert violations(open_page(path, width, color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_components_have_no_accessibility_violation(open_page, settings, scheme):
    settings.DEBUG = True
    page = open_page("/dev/style/", 1280, color_scheme=scheme)
    assert page.title().startswith("Components")
    page.evaluate("document.querySelectorAll('.htmx-request').forEach(e => e.remove())")
    assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone_of_320_pixels(open_page, path):
    page = open_page(path, 320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("path", ["/", "/about/", "/contact/", "/privacy/"])
def test_a_page_asks_no_other_origin_and_breaks_no_rule_of_ours(open_page, path):
    page = open_page(path)
    page.wait_for_load_state("networkidle")
    assert page.elsewhere == []
    assert page.complaints == []


def test_the_first_tab_leads_past_the_menu(open_page):
    page = open_page("/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_menu_opens_and_closes_by_keyboard(open_page):
    page = open_page("/")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="About us").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("details.menu").evaluate("menu => menu.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_menu_works_without_javascript(open_page):
    page = open_page("/", java_script_enabled=False)
    page.locator("summary").first.click()
    page.locator(".site-nav").get_by_role("link", name="About us").click()
    assert urlsplit(page.url).path == "/about/"


def test_bootstrap_and_the_theme_are_both_in_force(open_page):
    page = open_page("/")
    button = page.locator(".hero .btn-primary")
    assert button.evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(239, 123, 94)"
    assert button.evaluate("b => getComputedStyle(b).cursor") == "pointer"  # Bootstrap's reboot
    drawn = page.locator(".hero .icon use").first
    assert drawn.evaluate("use => use.getBoundingClientRect().width") > 0

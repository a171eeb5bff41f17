"""Every public page and step, in each language: used by whoever sees little, has a small phone,
large text, only a keyboard, the dark, or no JavaScript. The pages come from the routes."""

from collections.abc import Iterator
from itertools import groupby

import pytest
from django.conf import settings as site
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser import geometry
from tests.browser.barriers import RULES, SETTLED, WORDS, told_by_color_alone, violations
from tests.crawl.public_pages import PublicPage, forms_that_ask, public_pages
from tests.crawl.world import VISITOR, make_world
from tests.factories import CENTRAL

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("refusals_unlogged"),
]
LANGUAGES = [code for code, _ in site.LANGUAGES]
PHONE, WIDE = 390, 1280  # pages are loaded on the one, and read at last on the other
WIDTHS = (PHONE, 320, 768, WIDE)
# As a person sets it in the browser: lengths in rem, and what asks for widths in rem, follow.
TWICE = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return make_world()


@pytest.fixture(scope="session")
def large_text(browser_type, browser_type_launch_args) -> Iterator[Browser]:
    """A browser whose text is twice as large."""
    flags = [*browser_type_launch_args["args"], TWICE]
    browser = browser_type.launch(**browser_type_launch_args | {"args": flags})
    yield browser
    browser.close()


def context_of(browser: Browser, url: str, **options) -> BrowserContext:
    """A browser whose clock is that of the state, and which the hold of the world belongs to."""
    options = {"viewport": {"width": 390, "height": 800}, "timezone_id": CENTRAL} | options
    context = browser.new_context(base_url=url, **options)
    context.add_cookies([{"name": "visitor", "value": VISITOR, "url": url}])
    return context


def listening(
    context: BrowserContext, url: str, wrong: list[str], shown: set[str] | None = None
) -> Page:
    """A page that notes what asks another origin, and what the browser complains about, but for
    the status of a page of an error: `shown` are the pages that it has asked for."""
    page, shown = context.new_page(), set() if shown is None else shown
    page.on("request", lambda r: r.is_navigation_request() and shown.add(r.url))
    page.on("request", lambda r: r.url.startswith((url, "data:")) or wrong.append(f"asks {r.url}"))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda m: _is_status_of(m, shown) or wrong.append(f"{page.url}: {m.text}"))
    return page


def _is_status_of(message: ConsoleMessage, pages: set[str]) -> bool:
    return "status of 4" in message.text and message.location["url"] in pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_for_everybody(world, live_server, browser, language):
    wrong: list[str] = []
    said: list[str] = []
    shown: set[str] = set()
    context = context_of(browser, live_server.url, reduced_motion="reduce")
    pages = public_pages(world, [language])
    assert len(pages) > 30
    page = listening(context, live_server.url, said, shown)
    for one in pages:
        as_new(page)
        said.clear()
        shown.clear()
        page.goto(one.path)
        found = [*look(page), *said]
        found += [*read_by_axe(page)] if language == LANGUAGES[0] else violations(page, rules=WORDS)
        wrong += [f"{one.route}: {each}" for each in found]
    context.close()
    assert not wrong, "\n".join(wrong)


def as_new(page: Page) -> None:
    """Make the tab what a new one is: it costs less than a new one, whose process starts first."""
    if page.url != "about:blank":
        page.evaluate("sessionStorage.clear()")
    make_wide(page, PHONE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def make_wide(page: Page, width: int) -> None:
    """Give the page that width, unless it has it: to lay it out and paint it anew is dear."""
    if page.viewport_size != (size := {"width": width, "height": 800}):
        page.set_viewport_size(size)


def look(page: Page) -> Iterator[str]:
    """What is wrong at each width, and for the keyboard. Axe comes later: our policy refuses the
    styles that it writes, and the browser says so."""
    page.keyboard.press("Shift")  # from now on focus is shown as to who uses keys
    for width in WIDTHS:
        make_wide(page, width)
        yield from (f"{width} px: {each}" for each in page.evaluate(geometry.FITS))
        if width in (PHONE, WIDE):
            yield from (f"{width} px: {each}" for each in page.evaluate(geometry.KEYBOARD))


def read_by_axe(page: Page) -> Iterator[str]:
    yield from (f"told by its color alone: {each}" for each in told_by_color_alone(page))
    for scheme, width, rules in (("dark", WIDE, ["color-contrast"]), ("light", PHONE, RULES)):
        make_wide(page, width)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        yield from (f"{scheme}: {each}" for each in violations(page, rules=rules))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_phone_with_text_of_twice_the_size_and_no_scripts(
    world, live_server, large_text, language
):
    wrong: list[str] = []
    context = context_of(large_text, live_server.url, java_script_enabled=False)
    page = listening(context, live_server.url, wrong)
    for one in public_pages(world, [language]):
        page.goto(one.path)
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(geometry.FITS)
            wrong += [f"{one.route} at {width} px: {each}" for each in found]
    context.close()
    assert not wrong, "\n".join(wrong)


def test_the_size_of_the_text_is_that_of_the_browser(live_server, large_text):
    page = large_text.new_page(base_url=live_server.url)
    page.goto("/nowhere/")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    page.close()


def test_a_form_sent_empty_says_what_is_missing_where_the_keyboard_is(world, live_server, browser):
    wrong: list[str] = []
    context = context_of(browser, live_server.url, reduced_motion="reduce")
    for one, fields in asking(public_pages(world, [LANGUAGES[0]])):
        page = listening(context, live_server.url, said := [])
        page.goto(one.path)
        with page.expect_navigation():
            page.evaluate(SEND_EMPTY, fields)
        wrong += [f"{one.route}: {each}" for each in [*errors(page), *said, *read_by_axe(page)]]
        page.close()
    context.close()
    assert not wrong, "\n".join(wrong)


SEND_EMPTY = """fields => {
    const form = [...document.forms].find(form => fields.every(name => form.elements[name]));
    form.noValidate = true;
    form.querySelectorAll('[type=text], [type=email]').forEach(field => { field.value = '' });
    form.requestSubmit(form.querySelector('button.btn-primary, button')) }"""


def asking(pages: list[PublicPage]) -> Iterator[tuple[PublicPage, list[str]]]:
    """The first page of each form that asks, with the names of its fields."""
    found = [
        (sorted(form.choices.keys() - {"csrfmiddlewaretoken"}), page.path, page)
        for page in pages
        for form in forms_that_ask(page)
    ]
    for names, group in groupby(sorted(found), key=lambda each: each[0]):
        yield next(group)[2], names


def errors(page: Page) -> Iterator[str]:
    if not page.title().startswith("Error:"):
        yield f"says no error in its title: {page.title()}"
    if not page.evaluate("!!document.activeElement.closest('.error-summary, [aria-invalid=true]')"):
        yield "focus is elsewhere"
    if page.evaluate("document.activeElement.getBoundingClientRect().top") > 700:
        yield "what to fix is below the window"
    # Kept for a while under a key of its own, or kept with the visit and looked at again.
    if "answer=" not in page.url and "check=" not in page.url:
        yield "is answered by POST"
    yield from page.evaluate(geometry.FITS)

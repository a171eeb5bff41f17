"""What would keep somebody from using a page: the rules of WCAG 2.2 AA, read by axe."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (390, 1280)
# Colors fade into one another; while they do, their contrast is nobody's. What inherits a color
# starts to fade when it has changed.
SETTLED = """() => {
    for (let round = 0; round < 20; round++) {
        document.documentElement.offsetWidth;
        const fading = document.getAnimations().filter(one => one instanceof CSSTransition);
        if (!fading.length) return;
        fading.forEach(one => one.finish());
    } }"""
# Only what is broken leaves the browser: the rest of axe's answer takes most of a second to carry.
BROKEN = """async ([context, rules]) => {
    const options = {runOnly: rules, resultTypes: ['violations']};
    const {violations} = await axe.run(context ?? document, options);
    return violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html])) }"""
SCHEMES = {"light": None, "dark": ["color-contrast"]}  # the dark changes colors alone


def violations(page: Page, context: str | None = None, rules: list[str] = RULES) -> list[str]:
    """The broken rules of the page as it is now, each with the element that breaks it."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return [f"{rule}: {html[:120]}" for rule, html in page.evaluate(BROKEN, [context, rules])]


def barriers(page: Page, context: str | None = None, rules: list[str] = RULES) -> list[str]:
    """The broken rules of the page on a phone and a wide screen, light and dark; and at 320 px
    whether it has to be scrolled sideways. The viewport is left at the last width.
    """
    return list(_barriers(page, context, rules))


def _barriers(page: Page, context: str | None, rules: list[str]) -> Iterator[str]:
    page.set_viewport_size({"width": 320, "height": 800})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        yield f"{width} px wide on a phone of 320 px"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, kept in SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            for found in violations(page, context, kept or rules):
                yield f"{width} px, {scheme}: {found}"

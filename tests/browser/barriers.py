"""What would keep somebody from using a page: the rules of WCAG 2.2 AA, read by axe."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a page says to a screen reader, without colors, which are dear to look at.
WORDS = [
    *("label", "select-name", "button-name", "link-name", "image-alt", "input-button-name"),
    *("aria-allowed-attr", "aria-hidden-focus", "aria-input-field-name", "aria-required-attr"),
    *("aria-required-children", "aria-required-parent", "aria-roles", "aria-valid-attr"),
    *("aria-valid-attr-value", "definition-list", "dlitem", "document-title", "duplicate-id-aria"),
    *("form-field-multiple-labels", "html-has-lang", "list", "listitem", "nested-interactive"),
    *("scrollable-region-focusable", "tabindex", "td-headers-attr", "th-has-data-cells"),
]
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
    const options = {runOnly: rules, resultTypes: ['violations'], preload: false,
        selectors: false};
    const {violations} = await axe.run(context ?? document, options);
    return violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html])) }"""
# Axe looks at a link only where the text beside it is longer than the link, so a date of two digits
# hides from it what a date of one digit shows: we look at every link with a word beside it.
COLOR_ALONE = """context => {
    const inline = node => getComputedStyle(node).display === 'inline';
    const block = node => { while (inline(node)) node = node.parentElement; return node };
    const beside = link => {
        const walker = document.createTreeWalker(block(link), NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode())
            if (/[\\p{L}\\p{N}]/u.test(text.data) && !text.parentElement.closest('a, option')
                && block(text.parentElement) === block(link)) return true;
        return false;
    };
    const told = link => [link, ...link.querySelectorAll('*')].some(node => {
        const style = getComputedStyle(node);
        return style.textDecorationLine.includes('underline') || parseFloat(style.borderBottomWidth)
            || style.fontWeight !== getComputedStyle(block(link)).fontWeight;
    });
    return [...(document.querySelector(context ?? 'body').querySelectorAll('a[href]'))]
        .filter(link => inline(link) && link.checkVisibility() && beside(link) && !told(link))
        .map(link => link.outerHTML) }"""
SCHEMES = {"light": None, "dark": ["color-contrast"]}  # the dark changes colors alone


def told_by_color_alone(page: Page, context: str | None = None) -> list[str]:
    """The links beside words that neither a line nor their weight tells apart."""
    return [html[:120] for html in page.evaluate(COLOR_ALONE, context)]


def violations(page: Page, context: str | None = None, rules: list[str] = RULES) -> list[str]:
    """The broken rules of the page as it is now, each with the element that breaks it."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return [f"{rule}: {html[:120]}" for rule, html in page.evaluate(BROKEN, [context, rules])]


def barriers(page: Page, context: str | None = None, rules: list[str] = RULES) -> list[str]:
    """The broken rules of the page on a phone and a wide screen, light and dark; links in text that
    are told by their color alone; and at 320 px whether it has to be scrolled sideways. The
    viewport is left at the last width.
    """
    return list(_barriers(page, context, rules))


def _barriers(page: Page, context: str | None, rules: list[str]) -> Iterator[str]:
    page.wait_for_load_state("load")  # a script can measure before the style sheets have come
    page.set_viewport_size({"width": 320, "height": 800})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        yield f"{width} px wide on a phone of 320 px"
    for html in told_by_color_alone(page, context):
        yield f"link told by its color alone: {html}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, kept in SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            for found in violations(page, context, kept or rules):
                yield f"{width} px, {scheme}: {found}"

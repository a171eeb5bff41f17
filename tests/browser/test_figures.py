"""Figures of articles in a real browser: words that can be read, in any width."""

import pytest
from playwright.sync_api import expect

from articles.pictures.figures import all_figures
from tests.articles.factories import make_article
from tests.browser.barriers import barriers

pytestmark = pytest.mark.django_db(transaction=True)
# What stands outside of its drawing, or on other words.
AMISS = """() => [...document.querySelectorAll('svg.drawn')].flatMap(svg => {
  const area = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')];
  const words = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
  const out = words.filter(([_, box]) => box.left < area.left - 1 || box.right > area.right + 1
    || box.top < area.top - 1 || box.bottom > area.bottom + 1);
  const over = words.filter(([_, a], i) => words.slice(i + 1).some(([_, b]) =>
    a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom));
  return [...out, ...over].map(([text]) => text);
})"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg.drawn text')].map(t =>
  parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a))"""


@pytest.fixture
def read(open_page):
    placed = [
        f'<figure><img src="{each.address}" alt="A drawing."></figure>' for each in all_figures()
    ]
    make_article(slug="all", body="<p>Some words.</p>" + "".join(placed))
    return open_page


def test_the_words_of_every_figure_stay_in_it_apart_and_large_enough_on_a_phone(read):
    page = read("/articles/all/")
    assert page.complaints == []
    assert page.locator("svg.drawn").count() == len(all_figures())
    assert page.evaluate(AMISS) == []
    assert page.evaluate(SMALLEST) >= 13.5
    assert barriers(page) == []
    page.get_by_text("This picture in words").first.click()
    expect(page.locator(".drawing li").first).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(SMALLEST) >= 11


def test_who_wrote_it_and_when_is_one_line_on_a_phone_and_stands_open_on_a_wide_page(read):
    page = read("/articles/all/")
    expect(page.locator(".byline")).to_be_hidden()
    assert page.locator(".byline-fold > summary").bounding_box()["height"] < 60
    page.locator(".byline-fold > summary").click()
    expect(page.locator(".byline dl")).to_be_visible()
    wide = read("/articles/all/", width=1280)
    expect(wide.locator(".byline dl")).to_be_visible()
    assert wide.locator(".alongside").bounding_box()["x"] > 900

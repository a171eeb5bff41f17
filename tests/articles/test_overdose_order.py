"""One order everywhere for an overdose: 911 with the phone on speaker, naloxone at once, stay."""

import re
from pathlib import Path

import pytest

from articles.seed_library import LIBRARY, read_file
from core.richtext.plain_text import extract

TEMPLATES = Path(__file__).parents[2] / "templates"
GIVE = re.compile(r"giv(?:e|es|ing) (?:them |it |him |her )?\W*naloxone|naloxone at once", re.I)


def blocks(path: Path) -> list[str]:
    """Call-outs, paragraphs and lines of an article, each as plain words."""
    content = read_file(path).content
    whole = re.findall(r"<blockquote.*?</blockquote>", content.body, re.S)
    answers = [each.answer for each in content.faq]
    texts = [*(extract(html).text for html in [*whole, content.body]), *content.key_points]
    return [block for text in [*texts, *answers] for block in text.splitlines()]


def in_wrong_order(block: str) -> bool:
    given, called = GIVE.search(block), block.find("911")
    return bool(given) and -1 < given.start() < called


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.md")), ids=lambda path: path.stem)
def test_every_article_says_911_before_naloxone_and_to_stay(path):
    said = [block for block in blocks(path) if GIVE.search(block) and "911" in block]
    assert [block for block in said if in_wrong_order(block)] == []
    for block in said:
        if "Call" in block or "call" in block:
            assert "speaker" in block or "phone rings" in block or "steps" in block, block
            assert re.search(r"\bstay\b", block, re.I), block


def test_every_page_says_it_in_the_same_order():
    texts = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    said = {path: text for path, text in texts.items() if GIVE.search(text)}
    assert len(said) >= 3
    for path, text in said.items():
        give = GIVE.search(text).start()
        before = text[max(0, give - 160) : give]
        assert "911" in before, path
        assert "speaker" in before, path
        assert re.search(r"stay", text[give : give + 120], re.I), path


def test_the_steps_of_the_article_about_it_come_in_this_order():
    body = extract(read_file(LIBRARY / "naloxone-and-overdose-response.md").content.body).headings
    steps = ["Try to wake them", "Call 911, with the phone on speaker", "Give naloxone at once"]
    assert sorted(steps, key=body.index) == steps

"""The words of cleaned HTML, for search, reading time and the comparison of revisions. Pure."""

import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser

WORDS_PER_MINUTE = 220
BLOCKS = {
    "p",
    "h2",
    "h3",
    "h4",
    "li",
    "blockquote",
    "figcaption",
    "td",
    "th",
    "caption",
    "tr",
    "table",
    "ul",
    "ol",
    "hr",
    "br",
}
HEADINGS = {"h2", "h3", "h4"}
CITATION = re.compile(r"\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]")


@dataclass(frozen=True)
class PlainText:
    """The words of a text, and those of its headings."""

    text: str  # one block on each line
    headings: str  # one on each line


def extract(html: str) -> PlainText:
    """Return the words of cleaned HTML, a line for each block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    headings = (" ".join(heading.split()) for heading in reader.headings)
    return PlainText("\n".join(filter(None, lines)), "\n".join(filter(None, headings)))


def reading_minutes(text: str) -> int:
    """Return how long a calm reader takes, in whole minutes, one at least."""
    return max(1, math.ceil(len(text.split()) / WORDS_PER_MINUTE))


def strip_citations(text: str) -> str:
    """Return `text` without `[1]`."""
    return re.sub(r"(?<!\s)\s+([.,;:])", r"\1", CITATION.sub("", text))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.headings: list[str] = []
        self.in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag in HEADINGS:
            self.in_heading = True
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag in HEADINGS:
            self.in_heading = False

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        if self.in_heading:
            self.headings[-1] += data

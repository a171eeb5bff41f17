"""The figures that come with the site's articles: drawings of ours, of which an article names one.

`articles/figures/<name>.svg` holds shapes and words; docs/contributing.md says what else. On the
page of an article it stands as SVG, in the colors of the page; elsewhere it is a picture.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

FOLDER = Path(__file__).parent.parent / "figures"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]{2})?")
PLACED = re.compile(
    r"<figure>\s*<img\b([^>]*)>\s*(?:<figcaption>(.*?)</figcaption>)?\s*</figure>", re.S
)
ATTRIBUTE = re.compile(r'(src|alt)="([^"]*)"')


@dataclass(frozen=True)
class Figure:
    """One drawing."""

    name: str
    title: str
    words: tuple[str, ...]  # what it says, a statement each, for those who do not see it
    svg: str  # without title and words

    @property
    def address(self) -> str:
        """Where it lies as a picture, whatever the language of the page."""
        return f"{settings.FIGURES_URL}{self.name}.svg"


@cache
def find_figure(name: str) -> Figure | None:
    """Return the figure of this name, if there is one. It changes with a release only."""
    path = FOLDER / f"{name}.svg"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    return read_figure(name, path.read_text(encoding="utf-8"))


def read_figure(name: str, svg: str) -> Figure:
    """Return the figure in a file's text. Raises ValueError where a part is missing."""
    found = re.search(r"\s*<title>(.*?)</title>\s*<desc>(.*?)</desc>", svg, re.S)
    if not found:
        raise ValueError(f"{name}: a figure begins with its title and its words")
    title, words = (unescape(text).strip() for text in found.groups())
    lines = tuple(" ".join(line.split()) for line in words.splitlines() if line.strip())
    return Figure(name, title, lines, svg.replace(found[0], "", 1).strip())


def all_figures() -> list[Figure]:
    """Return all of them by name."""
    names = sorted(path.stem for path in FOLDER.glob("*.svg"))
    return [figure for name in names if (figure := find_figure(name))]


def at_address(address: str) -> Figure | None:
    """Return the figure that lies at this address, if there is one."""
    prefix, ending = settings.FIGURES_URL, ".svg"
    if not (address.startswith(prefix) and address.endswith(ending)):
        return None
    return find_figure(address.removeprefix(prefix).removesuffix(ending))


def inline_figures(html: str) -> str:
    """Return an article's rendered `html` with its figures as SVG and, in words, under them."""

    def draw(match: re.Match[str]) -> str:
        given = dict(ATTRIBUTE.findall(match[1]))
        figure = at_address(given.get("src", ""))
        return _html(figure, given.get("alt", ""), match[2]) if figure else match[0]

    return PLACED.sub(draw, html)


def _html(figure: Figure, alt: str, caption: str | None) -> str:
    svg = figure.svg.replace("<svg ", f'<svg class="drawn" role="img" aria-label="{alt}" ', 1)
    lines = [escape(line, quote=False) for line in figure.words]
    words = f"<p>{lines[0]}</p>"
    if len(lines) > 1:
        words = f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    caption = caption or escape(figure.title, quote=False)
    summary = escape(_("This picture in words"), quote=False)
    return (
        f'<figure class="drawing">{svg}<figcaption>{caption}</figcaption>'
        f"<details><summary>{summary}</summary>{words}</details></figure>"
    )

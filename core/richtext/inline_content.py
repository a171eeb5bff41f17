"""What an element holds, piece by piece, each with the marks on it. Pure."""

import re
from collections.abc import Iterable, Iterator, Set

from core.richtext.tree import BLANK, MARKS, Element, is_visible

# Blocks of other pages: what is in them stands apart from what is around them.
PARTS = {
    *("div", "section", "article", "aside", "header", "footer", "main", "nav", "address", "center"),
    *("form", "fieldset", "legend", "button", "select", "option", "textarea", "details", "summary"),
    *("dl", "dt", "dd", "pre", "listing", "hgroup", "dir", "menu", "tfoot"),
}
HEADS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
STYLED = {"span", "b", "strong", "i", "em"}  # whose `style` says what they are
_THROUGH = MARKS | {"span"}
_NAMES = {"dt", "summary", "legend"}  # shown strong
_KEEP_LINES = {"pre", "listing", "textarea"}
_WEIGHT = re.compile(
    r"font-weight\s*+:\s*+(?:(bold|[6-9]00)|normal|lighter|[1-5]00)", re.IGNORECASE
)
_STYLE = re.compile(r"font-style\s*+:\s*+(?:(italic|oblique)|normal)", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_APART = Element("div")

# What stands in the marks, the outermost first.
Piece = tuple[tuple[Element, ...], Element | str]


def pieces_of(element: Element, marks: tuple[Element, ...] = ()) -> list[Piece]:
    """Return what an element holds; its own mark joins `marks`, unless one of its name is there."""
    mark = _mark(element)
    if mark and mark.name not in {each.name for each in marks}:
        marks = (*marks, mark)
    children: Iterable[Element | str] = element.children
    if element.name in _KEEP_LINES:
        children = _lines(children)
    return [(marks, child) for child in children]


def split_by(
    pieces: Iterable[Piece], wanted: Set[str], through: Set[str] = frozenset()
) -> Iterator[tuple[Element | None, list[Piece]]]:
    """Yield each wanted element with what it holds; between them (None, whatever else is seen)."""
    loose: list[Piece] = []
    for marks, what in flatten(pieces, PARTS | through):
        if isinstance(what, str) or what.name not in wanted:
            loose.append((marks, what))
            continue
        if any(is_visible(other) for _, other in loose):
            yield None, loose
        loose = []
        yield what, [(marks, what)] if what.name == "img" else pieces_of(what, marks)
    if any(is_visible(other) for _, other in loose):
        yield None, loose


def flatten(pieces: Iterable[Piece], through: Set[str]) -> Iterator[Piece]:
    """Yield the pieces with marks and these elements opened. What parted words still does."""
    for marks, what in pieces:
        if not isinstance(what, str) and what.name in _THROUGH:
            yield from flatten(pieces_of(what, marks), through)
        elif isinstance(what, str) or what.name not in through:
            yield marks, what
        else:
            yield marks, _APART
            yield from flatten(pieces_of(what, marks), through)
            yield marks, _APART


def _mark(element: Element) -> Element | None:
    """What an element says about the words in it, by its name or by its style."""
    if element.name in _NAMES:
        return Element("strong")
    weight, style = _WEIGHT.search(element.attributes), _STYLE.search(element.attributes)
    if element.name == "span":
        if weight and weight[1]:
            return Element("strong")
        return Element("em") if style and style[1] else None
    # Google Docs wraps all that is copied from it in <b style="font-weight:normal">.
    if element.name in ("b", "strong") and weight and not weight[1]:
        return None
    if element.name in ("i", "em") and style and not style[1]:
        return None
    if element.name in STYLED:
        return Element(element.name)
    return element if element.name in MARKS else None


def _lines(children: Iterable[Element | str]) -> Iterator[Element | str]:
    """With a break for each line end, and the end of a paragraph for a line without words."""
    for child in children:
        if isinstance(child, Element):
            own = child.name in _KEEP_LINES  # then it does so itself
            inside = child.children if own else list(_lines(child.children))
            yield Element(child.name, child.attributes, inside)
            continue
        for place, line in enumerate(_LINE_END.split(child)):
            if place:
                yield Element("br") if line.strip(BLANK) else _APART
            inset = len(line) - len(line.lstrip(" "))
            yield "\u00a0" * inset + line[inset:]

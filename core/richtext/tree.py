"""Balanced HTML as a tree, and whether its nesting is right. Pure."""

import re
from dataclasses import dataclass, field
from html import unescape

MARKS = {"strong", "em", "b", "i", "sup", "sub", "a"}
INLINE = MARKS | {"br", "img"}
LISTS = {"ul", "ol"}
HEADINGS = {"h2", "h3", "h4"}
BLOCKS = {"p", "hr", "blockquote", "figure", "table"} | HEADINGS | LISTS
BLANK = " \t\r\n\f"
_VOID = {"br", "hr", "img"}
_UNSEEN = BLANK + "\u00a0\u200b\u2060\ufeff"
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_ONLY = {
    "": BLOCKS,
    "blockquote": BLOCKS,
    "ul": {"li"},
    "ol": {"li"},
    "table": {"caption", "thead", "tbody", "tr"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
}
_NEVER_EMPTY = {"p", "li", "blockquote", "figcaption", "caption"} | HEADINGS


@dataclass(eq=False)
class Element:
    """An element with its attributes and what it holds."""

    name: str
    attributes: str = ""  # as they stand in the tag, with the blank before them
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def start(self) -> str:
        """Its start tag as HTML."""
        return f"<{self.name}{self.attributes}>"


def parse(html: str) -> Element:
    """Return the tree of what `balance` wrote, under an element without a name."""
    root = Element("")
    stack, at = [root], 0
    for tag in _TAG.finditer(html):
        if tag.start() > at:
            stack[-1].children.append(html[at : tag.start()])
        at = tag.end()
        if tag[1]:
            stack.pop()
            continue
        element = Element(tag[2], tag[3])
        stack[-1].children.append(element)
        if element.name not in _VOID:
            stack.append(element)
    if at < len(html):
        stack[-1].children.append(html[at:])
    return root


def is_visible(what: Element | str) -> bool:
    """Return whether a reader sees it: a picture, a line, or a text that is more than blanks."""
    if isinstance(what, Element):
        return what.name in ("img", "hr") or any(map(is_visible, what.children))
    return bool(unescape(what).strip(_UNSEEN))


def is_valid(element: Element, around: frozenset[str] = frozenset()) -> bool:
    """Return whether everything in it stands where it may. `around`: the marks that it is in."""
    if element.name in around or (element.name in _NEVER_EMPTY and not is_visible(element)):
        return False
    children = [child for child in element.children if not _is_blank(child)]
    if not _may_hold(element.name, children):
        return False
    marks = around | {element.name} if element.name in MARKS else around
    return all(is_valid(child, marks) for child in children if isinstance(child, Element))


def _is_blank(child: Element | str) -> bool:
    return isinstance(child, str) and not child.strip(BLANK)


def _may_hold(name: str, children: list[Element | str]) -> bool:
    names = {child.name if isinstance(child, Element) else "" for child in children}
    inline = bool(names & (INLINE | {""}))
    if name in _ONLY:
        return names <= _ONLY[name] and (bool(names) or name not in LISTS)
    if name in ("li", "td", "th"):
        return names <= (INLINE | LISTS | {""} if inline else BLOCKS)
    if name == "figure":
        return _is_figure(children)
    return names <= INLINE | {""}  # a paragraph, a heading, a caption, a mark


def _is_figure(children: list[Element | str]) -> bool:
    """One picture, in a link perhaps, and then at most a caption."""
    first, *more = children or [""]
    while isinstance(first, Element) and first.name in MARKS and len(first.children) == 1:
        first = first.children[0]
    captions = [isinstance(each, Element) and each.name == "figcaption" for each in more]
    return isinstance(first, Element) and first.name == "img" and captions in ([], [True])

"""HTML of anybody as HTML whose tags are closed, few deep, and known. Pure.

A parser of HTML repairs what is broken, and repairs can be made to explode: 33 kB of open <b> tags
with different attributes become 28 MB and a gigabyte of memory, 16,000 nested lists take minutes.
So what nh3 is given has nothing to repair. One pass, each character looked at a few times; whatever
this reads differently from a browser is still written as known tags and as text.
"""

import re
from collections.abc import Mapping, Set
from html import escape

from core.richtext.inline_content import HEADS, PARTS
from core.richtext.tree import MARKS

DEEPEST = 60
VOID = {"br", "hr", "img"}
_BLOCKS = {"hr", "ul", "ol", "blockquote", "figure", "figcaption", "table"}
# An open tag of these ends where the next one begins, unless one of _HOLDS stands between.
_ENDED_BY: dict[str, Set[str]] = {
    **{name: {"p"} for name in _BLOCKS | PARTS},
    **{name: {"p", *HEADS} for name in ("p", *HEADS)},
    **{name: {"dt", "dd", "p"} for name in ("dt", "dd")},
    "option": {"option"},
    "li": {"li", "p"},
    "a": {"a"},
    "td": {"td", "th", "caption"},
    "th": {"td", "th", "caption"},
    "tr": {"td", "th", "tr", "caption"},
    "thead": {"td", "th", "tr", "thead", "tbody", "caption"},
    "tbody": {"td", "th", "tr", "thead", "tbody", "caption"},
    "tfoot": {"td", "th", "tr", "thead", "tbody", "caption"},
}
# These end it for good; others leave open what is marked across them, for `fix_nesting` to part.
_ENDING = {"p", "li", "a", *HEADS, "td", "th", "tr", "thead", "tbody", "tfoot", "dt", "dd"}
_HOLDS = {"ul", "ol", "blockquote", "table", "figure", "div", "section", "dl", "form", "details"}
_IN_TABLES = {"caption", "thead", "tbody", "tfoot", "tr", "th", "td", "table"}
# Their content is no HTML, up to their own end.
_RAW = {"script", "style", "iframe", "noscript", "noembed", "noframes", "xmp", "title"}
_START = re.compile(r"<(?:(/?)([A-Za-z][^\t\n\f\r />]*+)|!--|[!?/])")
_REST = re.compile(r"""(?:[^=>]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>`]++)))?+"""
)


def balance(
    html: str, *, tags: Set[str], attributes: Mapping[str, Set[str]], dropped: Set[str]
) -> str:
    """Return `html` with these `tags` and `attributes` only, each tag closed where its parent is.

    Nothing is nested deeper than DEEPEST: deeper tags go, and their text stays. Of `dropped` tags
    the content goes, too. What an unfinished tag or comment has swallowed is gone, as in a browser.
    """
    writer = _Writer(tags, attributes)
    at = 0
    while start := _START.search(html, at):
        writer.text(html[at : start.start()])
        at = _after(html, start, writer, dropped)
    writer.text(html[at:])
    writer.close_to(0)
    return "".join(writer.out)


def _after(html: str, start: re.Match[str], writer: "_Writer", dropped: Set[str]) -> int:
    """Write the tag that begins here; where the text after it stands."""
    name = (start[2] or "").lower()
    if not name:
        ends = "-->" if start[0] == "<!--" else ">"
        end = html.find(ends, start.start() + 2)
        return len(html) if end < 0 else end + len(ends)
    rest = _REST.match(html, start.end())
    if rest is None:
        return len(html)
    if start[1]:
        writer.close(name)
    elif name in _RAW or (name in dropped and not _is_whole(name, rest[0])):
        return _after_end(html, name, rest.end())
    else:
        writer.open(name, rest[0][:-1])
    return rest.end()


def _is_whole(name: str, rest: str) -> bool:
    """Whether this tag has no content and no end."""
    return name == "embed" or (name in ("svg", "math") and rest.endswith("/>"))


def _after_end(html: str, name: str, at: int) -> int:
    end = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(html, at)
    closed = html.find(">", end.end()) if end else -1
    return len(html) if closed < 0 else closed + 1


class _Writer:
    def __init__(self, tags: Set[str], attributes: Mapping[str, Set[str]]) -> None:
        self.tags, self.attributes = tags, attributes
        self.out: list[str] = []
        self.stack: list[str] = []

    def text(self, text: str) -> None:
        self.out.append(text.replace("<", "&lt;"))

    def open(self, name: str, rest: str) -> None:
        if name not in self.tags:
            return
        self._end_others(name)
        if name not in VOID:
            if len(self.stack) >= DEEPEST:
                return
            self.stack.append(name)
        self.out.append(f"<{name}{self._kept(name, rest)}>")

    def close(self, name: str) -> None:
        """Close the nearest of this name, and what is open within it.

        What stands outside of a cell or a caption is not closed from within.
        """
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] == name:
                self.close_to(place)
                return
            if self.stack[place] in ("td", "th", "caption") and name not in _IN_TABLES:
                return

    def close_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            self.out.append(f"</{self.stack.pop()}>")

    def _end_others(self, name: str) -> None:
        ended, depth = _ENDED_BY.get(name, set()), len(self.stack)
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] in ended:
                depth = place
            elif self.stack[place] in (_HOLDS if name in _ENDING else _HOLDS | MARKS):
                break
        self.close_to(depth)

    def _kept(self, name: str, rest: str) -> str:
        allowed = self.attributes.get(name)
        if not allowed:
            return ""
        return "".join(
            f' {key.lower()}="{_quoted(double or single or bare)}"'
            for key, double, single, bare in _ATTRIBUTE.findall(rest)
            if key.lower() in allowed
        )


def _quoted(value: str) -> str:
    """As a value in quotes; an entity in it stays one."""
    return escape(value).replace("&amp;", "&")

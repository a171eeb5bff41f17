"""The paragraphs of a text as WordPress shows them: a blank line parts two, a line end is a break.

Old posts are stored as they were typed, and become HTML only when they are shown. Blocks of the
block editor are HTML already; what stands between them is not. Shortcodes are gone. Pure.
"""

import re
from collections.abc import Iterator

# Nothing is shown of it, but no words run together over it.
APART = "<div></div>\n<div></div>"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BLOCK = re.compile(r"<!--\s*+(/?)wp:([a-z][\w/-]*+)", re.IGNORECASE)
_PAGE = re.compile(r"<!--\s*+nextpage\s*+-->")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)[^<>]*+>")
_BREAKS = re.compile(r"(?:<br\b[^<>]*+>\s*+){2,}+", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]*+>[ \t]*+\r?\n?", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n\s*\n")
# Line ends in these are kept as they are, or mean a blank; elsewhere they are breaks.
_KEEPING = {"pre", "script", "style", "textarea"}
_NO_BREAKS = {
    *("li", "td", "th", "dd", "dt", "caption", "figcaption", "button", "option", "summary"),
    *("ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "select", "figure"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
}
_OPEN = _KEEPING | _NO_BREAKS | {"div", "blockquote", "section", "article", "form", "center"}
_TYPED = {"freeform", "core/freeform", "shortcode", "core/shortcode"}


def add_paragraphs(content: str) -> str:
    """Return the HTML of a post, its blank lines as the ends of paragraphs."""
    content = _PAGE.sub("\n\n", content.replace("\r\n", "\n"))
    content = _COMMENT.sub(lambda comment: comment[0] if _BLOCK.match(comment[0]) else "", content)
    if "<!--" not in content:
        return typed_to_html(content)
    return "\n".join(typed_to_html(part) if by_hand else part for by_hand, part in _parts(content))


def _parts(content: str) -> Iterator[tuple[bool, str]]:
    """What was typed between blocks, and blocks: (whether it was typed, the text)."""
    open_blocks: list[str] = []
    at = 0
    for comment in _COMMENT.finditer(content):
        yield not open_blocks or open_blocks[-1] in _TYPED, content[at : comment.start()]
        at = comment.end()
        block = _BLOCK.match(comment[0])
        if not block or comment[0].endswith("/-->"):
            continue
        if not block[1]:
            open_blocks.append(block[2].lower())
        elif open_blocks:
            open_blocks.pop()
    yield not open_blocks, content[at:]


def typed_to_html(text: str) -> str:
    """Return what somebody typed, as HTML."""
    text = _BREAK.sub("<br>", _BREAKS.sub("\n\n", text))
    out: list[str] = []
    around: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        out += [_broken(text[at : tag.start()], around), tag[0]]
        at = tag.end()
        _follow(tag, around)
    return "".join([*out, _broken(text[at:], around)])


def _follow(tag: re.Match[str], around: list[str]) -> None:
    """Keep `around` what the text after this tag stands in."""
    name = tag[2].lower()
    if name not in _OPEN:
        return
    if not tag[1]:
        around.append(name)
    elif name in around:
        del around[len(around) - 1 - around[::-1].index(name) :]


def _broken(text: str, around: list[str]) -> str:
    inside = around[-1] if around else ""
    if inside in _KEEPING or "\n" not in text:
        return text
    line_end = "\n" if inside in _NO_BREAKS else "<br>\n"
    return APART.join(part.replace("\n", line_end) for part in _BLANK_LINES.split(text))

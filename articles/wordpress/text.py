"""The HTML of WordPress as articles hold it: paragraphs, headings, our pictures, sources."""

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import nh3

from articles.content import SourceLine
from curednation.richtext.balanced import balanced
from curednation.richtext.clean import (
    ATTRIBUTES,
    DROPPED_WHOLE,
    SCHEMES,
    TAGS,
    sanitized,
)
from curednation.richtext.plain import plain

# An address and a description to an address of ours and a description, or nothing.
Find = Callable[[str, str], tuple[str, str] | None]

BLOCKS = "p|h[1-6]|ul|ol|table|blockquote|figure|div|section|pre|hr|dl"
BLOCK = re.compile(rf"\s*</?(?:{BLOCKS})\b", re.IGNORECASE)
# Each pattern ends at the first character that cannot be part of what it looks for, or is given a
# text in which its end is known to come: none looks at the rest of a text once for each beginning.
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
CAPTION = re.compile(r"\[caption[^\[\]]*+\]")
CODE = re.compile(r"\[(/?)([A-Za-z][\w-]*+)((?:\s[^\]]*)?)/?\]")
KNOWN_CODES = {"gallery", "embed", "audio", "video", "playlist", "caption"}
IMG = re.compile(r"<img\b[^<>]*>")
IMG_IN_LINK = re.compile(r"<img\b[^<>]*>(?:\s*+</a>)?")
EMPTY = re.compile(r"<(p|figure|h2|h3|h4)>\s*+(?:<figcaption>\s*+</figcaption>\s*+)?+</\1>")
ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
MOST_SOURCES = 60


def body(content: str, *, site: str, find: Find) -> str:
    """`content` cleaned; pictures are those that `find` knows, links within `site` are paths."""
    blocks = "<!-- wp:" in content
    text = _without_codes(_captioned(COMMENT.sub("", content)))
    if not blocks and not re.search(r"<p[\s>]", text):
        text = _paragraphs(text)
    text = re.sub(r"<(/?)h1\b", r"<\1h2", text, flags=re.IGNORECASE)
    text = re.sub(r"<(/?)h[56]\b", r"<\1h4", text, flags=re.IGNORECASE)
    text = sanitized(_cleaner, text)
    text = LINK.sub(lambda link: _inside(link, site), text)
    text = IMG.sub(lambda tag: _picture(tag[0], find), text)
    return EMPTY.sub("", text)


def _captioned(text: str) -> str:
    """With each [caption] that holds a picture as a figure, and what follows it as its words."""
    *pieces, last = text.split("[/caption]")
    return "".join(map(_figure, pieces)) + last


def _figure(piece: str) -> str:
    """`piece` ends where a caption is closed. Without an opening, or a picture, only that goes."""
    opened = CAPTION.search(piece)
    image = opened and IMG_IN_LINK.search(piece, opened.end())
    if not opened or not image:
        return piece
    before, shown = piece[: opened.start()], piece[opened.end() : image.end()]
    words = piece[image.end() :]
    return f"{before}\n\n<figure>{shown}<figcaption>{words}</figcaption></figure>\n\n"


def _without_codes(text: str) -> str:
    """Without [shortcodes]; “[sic]” and “[1]” stay, as no shortcode looks like that."""
    # Behind the last bracket nothing can end, and every beginning would be looked for in vain.
    end = text.rfind("]") + 1
    text, rest = text[:end], text[end:]
    closed = {match[2] for match in CODE.finditer(text) if match[1]}

    def drop(match: re.Match[str]) -> str:
        is_code = match[2] in closed | KNOWN_CODES or "=" in match[3]
        return "" if is_code else match[0]

    return CODE.sub(drop, text) + rest


def _paragraphs(text: str) -> str:
    """What WordPress does when it shows an old text: a blank line parts paragraphs."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "\n".join(
        part if BLOCK.match(part) else "<p>" + part.replace("\n", "<br>\n") + "</p>"
        for part in parts
        if part
    )


def _inside(link: re.Match[str], site: str) -> str:
    """A link within the old site leads to the path, which redirects; one to a picture is none."""
    address, inner = html.unescape(link[1]), link[2]
    parts = urlsplit(address)
    if "/wp-content/uploads/" in parts.path:
        return inner
    if parts.netloc and parts.netloc.removeprefix("www.") == site.removeprefix("www."):
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        return link[0].replace(f'"{link[1]}"', f'"{html.escape(path)}"', 1)
    return link[0]


def _picture(tag: str, find: Find) -> str:
    given = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}
    found = find(given.get("src", ""), given.get("alt", "").strip())
    if found is None:
        return ""
    return f'<img src="{html.escape(found[0])}" alt="{html.escape(found[1])}">'


def sources(body: str) -> tuple[SourceLine, ...]:
    """The other sites that a text links to, once each, in the order of the text."""
    found: dict[str, SourceLine] = {}
    for link in LINK.finditer(body):
        address = html.unescape(link[1])
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and len(address) <= 500 and address not in found:
            title = words(link[2]) or parts.netloc
            found[address] = SourceLine(title[:300], publisher=parts.netloc[:200], url=address)
    return tuple(found.values())[:MOST_SOURCES]


def words(text: str) -> str:
    """HTML as one line of plain text."""
    return " ".join(_without_tags(text).split())


def _without_tags(text: str) -> str:
    """HTML as plain text."""
    return html.unescape(balanced(text, tags=set(), attributes={}, dropped=DROPPED_WHOLE))


def lines(text: str) -> str:
    """HTML as plain text that keeps its lines."""
    broken = re.sub(r"<br\s*/?>|</p>", "\n", text, flags=re.IGNORECASE)
    stripped = _without_tags(broken)
    return re.sub(r"\n{3,}", "\n\n", stripped.replace("\r\n", "\n")).strip()


def summary(excerpt: str, body: str) -> str:
    """The excerpt, or how the text begins: 300 characters at most."""
    text = words(excerpt) or " ".join(plain(body).text.split())
    return text if len(text) <= 300 else text[:299].rpartition(" ")[0] + "…"


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=DROPPED_WHOLE,
    url_schemes=SCHEMES,
    link_rel=None,
)

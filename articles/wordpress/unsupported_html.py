"""What of a post's HTML no article shows, such as films and forms: told, and taken out. Pure."""

import re
from collections.abc import Callable
from html import unescape

_MEDIA = re.compile(
    r"<(iframe|object|embed|video|audio|form|canvas|applet|script|source|svg|math)\b([^<>]*+)>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"""\b(?:data-)?(?:src|data|action)\s*+=\s*+["']?([^\s"'<>]++)""", re.I)
_BEHIND = re.compile(
    r"""\bbackground[\w-]*+\s*+:[^;:"'<>]{0,300}?\burl\(\s*+["']?([^"')\s<>]++)""", re.I
)
_NAMES = {
    **{"iframe": "a frame with another page", "object": "an embedded object"},
    **{"embed": "an embedded object", "video": "a film", "audio": "a sound"},
    **{"form": "a form", "canvas": "a drawing", "applet": "a program", "script": "a program"},
    **{"source": "a film or a sound", "svg": "a drawing", "math": "a formula"},
}
# Their content is for browsers that cannot show them.
_WHOLE = ("video", "audio", "canvas", "applet")
_BLOCK = re.compile(r"<!--\s*+wp:([a-z][\w/-]*+)([^<>]*)/-->", re.IGNORECASE)
_EMPTY_BLOCKS = {"spacer", "separator", "more", "nextpage", "core/spacer", "core/separator"}


def remove_unsupported(html: str, leave_out: Callable[[str], None]) -> str:
    """Return `html` without films and the like. `leave_out` takes each of them, once."""
    said: set[str] = set()
    for tag in _MEDIA.finditer(html):
        address = _ADDRESS.search(tag[2])
        where = unescape(address[1])[:200] if address else ""
        if (tag[1].lower() == "source" and not where) or where in said:
            continue
        said |= {where} - {""}
        leave_out(f"{_NAMES[tag[1].lower()]}" + (f", {where}" if where else ""))
    for style in _BEHIND.finditer(html):
        leave_out(f"a picture behind the text, {unescape(style[1])[:200]}")
    for block in _BLOCK.finditer(html):
        if block[1].lower() not in _EMPTY_BLOCKS:
            leave_out(f"the block {block[1]}{block[2].rstrip()[:100]}")
    if (begun := html.rfind("<!--")) > html.rfind("-->"):
        leave_out(f"all after a comment that is not closed: “{html[begun : begun + 200]}”")
    for name in _WHOLE:
        html = _without(html, name)
    return html


def _without(html: str, name: str) -> str:
    """Without these elements, where they are closed."""
    *pieces, last = re.split(rf"</{name}\s*+>", html, flags=re.IGNORECASE)
    opened = re.compile(rf"<{name}\b", re.IGNORECASE)
    ends = ((piece, opened.search(piece)) for piece in pieces)
    return "".join([*(piece[: found.start()] if found else piece for piece, found in ends), last])

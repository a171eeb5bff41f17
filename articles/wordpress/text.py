"""The HTML of WordPress as articles hold it: paragraphs, headings, our pictures, sources."""

import html
import re
from collections.abc import Callable, Set
from urllib.parse import SplitResult, unquote, urlsplit

import nh3

from articles.revisions.content import SourceLine
from articles.wordpress import shortcodes
from articles.wordpress.paragraphs import add_paragraphs
from articles.wordpress.unsupported_html import remove_unsupported
from core.richtext.balancing import balance
from core.richtext.plain_text import extract
from core.richtext.sanitizer import ATTRIBUTES, DROPPED_WHOLE, SCHEMES, TAGS, sanitize_with
from core.validation.control_characters import without_controls

# An address and a description to an address of ours and a description, or nothing.
Find = Callable[[str, str], tuple[str, str] | None]

# Each pattern ends at the first character that cannot be part of what it looks for, or is given a
# text in which its end is known to come: none looks at the rest of a text once for each beginning.
# A figure with its picture and its words, or a picture alone.
PICTURE = re.compile(
    r"<figure>((?:<(?!img\b)[a-z][^<>]*>)*)(<img\b[^<>]*>)((?:</[a-z]+>)*)"
    r"(?:<figcaption>(.*?)</figcaption>)?</figure>|(<img\b[^<>]*>)",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
# WordPress makes a player of an address that stands alone; here it becomes a link.
ADDRESS = re.compile(r"<p>(https?://[^\s<>\"]++)</p>")
GALLERY = re.compile(
    r"""<(?:ul|li)\b[^<>]*\bblocks-gallery-(?:grid|item)\b[^<>]*>""", re.IGNORECASE
)
ENDS = r"<br\b[^<>]*>|<{}(?:p|div|li|blockquote|h[1-6]|td|tr|dt|dd|pre)\b[^<>]*>"
PARTED = re.compile(ENDS.format("/?"), re.IGNORECASE)
LINE_END = re.compile(ENDS.format("/"), re.IGNORECASE)
UPLOADS = "/wp-content/uploads/"
OF_WORDPRESS_COM = ".files.wordpress.com"
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff")
MOST_SOURCES = 60


Note = Callable[[str], None]


def _nothing(sentence: str) -> None:
    """Nobody is told."""


def _no_gallery(numbers: list[str]) -> list[shortcodes.GalleryPicture]:
    return []


def convert_body(
    content: str,
    *,
    site: str,
    find: Find,
    gallery: shortcodes.Gallery = _no_gallery,
    picture_pages: Set[str] = frozenset(),
    leave_out: Note = _nothing,
    note: Note = _nothing,
) -> str:
    """Return `content` as articles hold it, with our pictures; links within `site` are paths.

    `site` is the name of its host, `picture_pages` are paths that show one picture; `leave_out`
    takes whatever does not come along, `note` what staff should look at.
    """
    text = remove_unsupported(content, leave_out)
    text = shortcodes.replace_shortcodes(text, gallery=gallery, leave_out=leave_out, note=note)
    cleaned = sanitize_with(_cleaner, GALLERY.sub("<div>", add_paragraphs(text)))
    text = ADDRESS.sub(r'<p><a href="\1">\1</a></p>', cleaned)
    text = LINK.sub(lambda link: _inside(link, site, picture_pages, leave_out), text)
    text = PICTURE.sub(lambda picture: _shown(picture, find, leave_out), text)
    if text != cleaned:  # what held nothing but a picture may be empty now
        text = sanitize_with(_cleaner, text)
    return re.sub(r"\n{2,}", "\n", text)


def split_url(address: str) -> SplitResult:
    """Return the parts of an address; of one that is none, empty ones."""
    try:
        return urlsplit(address)
    except ValueError:  # such as http://[
        return SplitResult("", "", "", "", "")


def _inside(link: re.Match[str], site: str, picture_pages: Set[str], leave_out: Note) -> str:
    """A link within the old site leads to the path, which redirects; one to a file is none."""
    address, inner = html.unescape(link[1]), link[2]
    parts = split_url(address)
    if UPLOADS in parts.path or parts.netloc.endswith(OF_WORDPRESS_COM):
        if "<img" not in inner:
            kind = "picture" if parts.path.lower().endswith(PICTURES) else "file"
            path = unquote(parts.path)[:200]
            leave_out(f"the link “{plain_line(inner)[:60]}” to the {kind} {path}")
        return inner
    if parts.netloc and parts.netloc.removeprefix("www.") == site.removeprefix("www."):
        if unquote(parts.path) in picture_pages and "<img" in inner:
            return inner
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        return link[0].replace(f'"{link[1]}"', f'"{html.escape(path)}"', 1)
    return link[0]


def _shown(picture: re.Match[str], find: Find, leave_out: Note) -> str:
    """Our picture for one of there. One that is not found takes the words under it along."""
    tag = picture[2] or picture[5]
    given = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}
    found = find(given.get("src", ""), given.get("alt", "").strip())
    if found is not None:
        ours = f'<img src="{html.escape(found[0])}" alt="{html.escape(found[1])}">'
        return picture[0].replace(tag, ours, 1)
    if picture[4]:
        leave_out(f"the words under a picture that is not here: “{plain_line(picture[4])[:200]}”")
    return ""


def find_sources(body: str) -> tuple[SourceLine, ...]:
    """Return the other sites that a text links to, once each, in the order of the text."""
    found: dict[str, SourceLine] = {}
    for link in LINK.finditer(body):
        address = html.unescape(link[1])
        parts = split_url(address)
        if parts.scheme in ("http", "https") and len(address) <= 500 and address not in found:
            title = plain_line(link[2]) or parts.netloc
            found[address] = SourceLine(title[:300], publisher=parts.netloc[:200], url=address)
    return tuple(found.values())


def plain_line(text: str) -> str:
    """Return HTML as one line of plain text."""
    return " ".join(_without_tags(PARTED.sub(" ", text)).split())


def _without_tags(text: str) -> str:
    """HTML as plain text."""
    bare = balance(text, tags=set(), attributes={}, dropped=DROPPED_WHOLE)
    return without_controls(html.unescape(bare))


def plain_lines(text: str) -> str:
    """Return HTML as plain text that keeps its lines."""
    stripped = _without_tags(LINE_END.sub("\n", text))
    return re.sub(r"\n{3,}", "\n\n", stripped.replace("\r\n", "\n")).strip()


def make_summary(excerpt: str, body: str) -> str:
    """Return the excerpt, or how the text begins: 300 characters at most."""
    text = plain_line(excerpt) or " ".join(extract(body).text.split())
    return text if len(text) <= 300 else (text[:299].rpartition(" ")[0] or text[:299]) + "…"


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=DROPPED_WHOLE,
    url_schemes=SCHEMES,
    link_rel=None,
)

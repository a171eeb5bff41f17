"""HTML on its way in. What is stored holds nothing but what an article may show."""

from collections.abc import Callable
from html.parser import HTMLParser

import nh3
from django.utils.translation import gettext as _

from core.richtext.balancing import balance
from core.richtext.inline_content import HEADS, PARTS, STYLED
from core.richtext.nesting import fix_nesting
from core.validation.control_characters import without_controls

LONGEST = 400_000  # characters; a long article has 30,000
CALLOUTS = {"note", "warning", "urgent"}
TAGS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "b",
    "i",
    "sup",
    "sub",
    "a",
    "blockquote",
    "figure",
    "figcaption",
    "img",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
# With these their content goes too; of all other tags the text stays.
DROPPED_WHOLE = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
}
# What `fix_nesting` is given, and does away with.
_FOREIGN = TAGS | PARTS | HEADS.keys() | {"span"}
_WITH_LOOKS = ATTRIBUTES | {"blockquote": {"class"}} | {name: {"style"} for name in STYLED}
# nh3 looks at all that is left of a text once for each letter from U+0080 to U+00BF. The first of
# them are controls; the others wait meanwhile among letters of nobody's (private use).
_LETTERS = range(0xA0, 0xC0)
_ASIDE = dict.fromkeys(0xE000 + letter for letter in _LETTERS) | {
    letter: 0xE000 + letter for letter in _LETTERS
}
_BACK = {0xE000 + letter: letter for letter in _LETTERS} | {0xE0A0: "&nbsp;"}
SCHEMES = {"http", "https", "mailto", "tel"}


class Refused(ValueError):
    """The text cannot be taken as it is. Its words are for the person who wrote it."""


def clean(html: str, *, is_ours: Callable[[str], bool]) -> str:
    """Return `html` without anything that an article may not show.

    `is_ours` says of a picture's address whether it is in the library. Raises Refused for a text
    that is too long, and for pictures from elsewhere or without a description.
    """
    if len(html) > LONGEST:
        raise Refused(
            _("This text is too long: {length} characters, at most {longest} fit.").format(
                length=f"{len(html):,}", longest=f"{LONGEST:,}"
            )
        )
    cleaned = sanitize_with(_cleaner, html)
    pictures = _Pictures()
    pictures.feed(cleaned)
    for src, alt in pictures.found:
        _check_picture(src, alt, is_ours)
    return cleaned


def sanitize_with(cleaner: nh3.Cleaner, html: str) -> str:
    """Return what `cleaner` keeps of `html`, which it is given with nothing to repair.

    No text stands outside a block and no block within an inline element, whatever `html` was.
    """
    known = without_controls(html)
    tidy = balance(known, tags=_FOREIGN, attributes=_WITH_LOOKS, dropped=DROPPED_WHOLE)
    cleaned = cleaner.clean(fix_nesting(tidy).translate(_ASIDE)).translate(_BACK)
    return without_controls(cleaned).strip()  # an entity names a control character, too


def _check_picture(src: str, alt: str, is_ours: Callable[[str], bool]) -> None:
    if not is_ours(src):
        raise Refused(
            _(
                "The picture “{address}” is not in our library. Upload it there first, and pick it"
                " from there: we show nothing from other sites."
            ).format(address=src[:100] or "…")
        )
    if not alt.strip():
        raise Refused(_("Say of each picture what it shows, for people who cannot see it."))


class _Pictures(HTMLParser):
    """Collects (address, description) of each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            given = dict(attrs)
            self.found.append((given.get("src") or "", given.get("alt") or ""))


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    allowed_classes={"blockquote": CALLOUTS},
    clean_content_tags=DROPPED_WHOLE,
    url_schemes=SCHEMES,
    link_rel="noopener",
)

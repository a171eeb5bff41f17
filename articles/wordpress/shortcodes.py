"""The [shortcodes] of a post: pictures come along, everything else is told and goes. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

CAPTION = re.compile(r"\[(?:wp_)?caption[^\[\]]*+\]")
CODE = re.compile(r"\[(/?)([A-Za-z][\w-]*+)((?:\s[^\]]*)?)/?\]")
WRITTEN = re.compile(r"\[\[([A-Za-z/][^\[\]]*+)\]\]")  # [[gallery]] says “[gallery]” to readers
KNOWN = {"gallery", "embed", "audio", "video", "playlist", "caption", "wp_caption"}
IMG_IN_LINK = re.compile(r"<img\b[^<>]*>(?:\s*+</a>)?")
VALUE = re.compile(r"""(?<![\w-])([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'\]]++))""")
ALONE = re.compile(r"^\[[A-Za-z][\w-]*+\]$", re.MULTILINE)


@dataclass(frozen=True)
class GalleryPicture:
    """A picture of a gallery: its address there, what it shows, and the words under it."""

    address: str
    alt: str
    caption: str

    @property
    def figure(self) -> str:
        """It as a figure with its words."""
        picture = f'<img src="{escape(self.address)}" alt="{escape(self.alt)}">'
        return f"<figure>{picture}<figcaption>{self.caption}</figcaption></figure>"


# The numbers of pictures, or none for all that belong to the post, to these pictures.
Gallery = Callable[[list[str]], list[GalleryPicture]]


def replace_shortcodes(
    text: str,
    *,
    gallery: Gallery,
    leave_out: Callable[[str], None],
    note: Callable[[str], None],
) -> str:
    """Return `text` with captions and galleries as figures, and without other shortcodes.

    “[sic]” and “[1]” stay, as no shortcode looks like that. `leave_out` takes what goes, `note` a
    sentence about what may be a shortcode.
    """
    text = WRITTEN.sub(r"&#91;\1&#93;", _captioned(text))
    # Behind the last bracket nothing can end, and every beginning would be looked for in vain.
    end = text.rfind("]") + 1
    text, rest = text[:end], text[end:]
    closed = {match[2].lower() for match in CODE.finditer(text) if match[1]}

    def replace(match: re.Match[str]) -> str:
        name = match[2].lower()
        if not (name in closed | KNOWN or "=" in match[3]):
            return match[0]
        given = parse_attributes(match[3])
        if name == "gallery" and not match[1]:
            return _gallery(given, gallery, leave_out)
        if name == "embed":
            return "\n\n"
        if not match[1] and name not in ("caption", "wp_caption"):
            leave_out(f"the shortcode {match[0][:200]}")
        return ""

    text = CODE.sub(replace, text)
    for match in ALONE.finditer(text):
        note(f"“{match[0][:60]}” stands in the text: it may be a shortcode, and says nothing here")
    return text + rest


def parse_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a shortcode."""
    return {
        key.lower(): double or single or bare for key, double, single, bare in VALUE.findall(text)
    }


def _gallery(given: dict[str, str], gallery: Gallery, leave_out: Callable[[str], None]) -> str:
    asked = re.findall(r"\d+", given.get("ids") or given.get("include") or "")
    shown = gallery(asked)
    if not shown or len(shown) < len(asked):
        count = len(asked) - len(shown) if asked else "all"
        leave_out(f"{count} pictures of a gallery that are not in the export: {' '.join(asked)}")
    return "\n\n" + "\n".join(picture.figure for picture in shown) + "\n\n"


def _captioned(text: str) -> str:
    """With each [caption] that holds a picture as a figure, and what follows it as its words."""
    *pieces, last = text.replace("[/wp_caption]", "[/caption]").split("[/caption]")
    return "".join(map(_figure, pieces)) + last


def _figure(piece: str) -> str:
    """`piece` ends where a caption is closed. Without an opening, or a picture, only that goes."""
    opened = CAPTION.search(piece)
    image = opened and IMG_IN_LINK.search(piece, opened.end())
    if not opened or not image:
        return piece
    before, shown = piece[: opened.start()], piece[opened.end() : image.end()]
    words = piece[image.end() :].strip() or parse_attributes(opened[0]).get("caption", "")
    return f"{before}\n\n<figure>{shown}<figcaption>{words}</figcaption></figure>\n\n"

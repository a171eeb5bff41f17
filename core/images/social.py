"""The picture that goes along when somebody shares a page: its title in the site's hand.

Drawn on `social-ground.png`, by a font that comes with a package under the SIL Open Font License.
"""

import io
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
GROUND = Path(__file__).parent / "social-ground.png"
INK, MUTED = "#1b2a25", "#3f4d46"
LEFT, WIDTH = 72, 660  # of the words; the window stands to their right
BESIDE_MARK = 72
TOP, BOTTOM = 72, 480
LARGEST, SMALLEST = 76, 40  # pixels


def draw_social_picture(title: str, *, above: str, name: str) -> bytes:
    """Return a PNG of SIZE that says `title`, `above` in small over it, and whose it is, `name`."""
    picture = Image.open(GROUND).convert("RGB")
    pen = ImageDraw.Draw(picture)
    top = TOP
    if above:
        pen.text((LEFT, top), _shortened(above, _font(30)), fill=MUTED, font=_font(30))
        top += 56
    font, lines = _fitted(title, BOTTOM - top)
    for line in lines:
        pen.text((LEFT, top), line, fill=INK, font=font)
        top += _line_height(font)
    name = _shortened(name, _font(34), WIDTH - BESIDE_MARK)
    pen.text((LEFT + BESIDE_MARK, 541), name, fill=INK, font=_font(34), anchor="lm")
    out = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _fitted(title: str, height: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest font in which the title fits, and its lines; of a longer one what fits."""
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = _font(size)
        lines = _wrapped(title, font)
        if len(lines) * _line_height(font) <= height:
            return font, lines
    lines = lines[: height // _line_height(font)]
    lines[-1] = _shortened(lines[-1] + " …", font)
    return font, lines


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or font.getlength(longer) <= WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_shortened(line, font) for line in lines]


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: int = WIDTH) -> str:
    """What fits on one line. A word longer than a line loses its end."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _line_height(font: ImageFont.FreeTypeFont) -> int:
    return round(font.size * 1.14)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    files = distribution("font-source-serif-pro").files or []
    [path] = [file for file in files if file.name == "SourceSerifPro-Regular.ttf"]
    return ImageFont.truetype(str(path.locate()), size)
